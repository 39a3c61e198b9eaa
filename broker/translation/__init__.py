"""Translation: submissions become verdicts, problems and canonical events.

step      one submission through its adapter (pure)
resolve   references to dossiers, inside the transaction
release   what waited for a reference: on its way, or declined when its time is up
station   the hop's view of it: load, work, write
"""
