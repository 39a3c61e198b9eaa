"""The ledger is no station: it is the questions one may ask of the tables the stations write.

status   one submission, for its sender's party and for operators
trace    any id or reference, followed from bytes to agency and back, for operators
parking  what waits for a person, and what that person decides
http     both over HTTP
"""
