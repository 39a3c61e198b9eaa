"""Translation: submissions become verdicts, problems and canonical events.

step      one submission through its adapter (pure)
keepable  what log and database could not keep, or not in bounds
resolve   references to dossiers, inside the transaction
pending   what waits for a reference: kept, and its sender notified
numbered  the numbers that agencies give their answers, each used once
in_force  which version remains in force when a message is rejected
again     submissions that the database does not know, taken again from their records
release   what waited for a reference: on its way, or declined when its time is up
turns     how much is one turn, what may overtake, what stays behind
batch     the records of one batch, with originals and jobs
continued   turns in the database: what is unfinished, and what a commit leaves
station   the hop's view of it: load, work, write
"""
