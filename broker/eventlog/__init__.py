"""The log: one contract, several backends, one conformance suite.

contract   what every backend promises
memory     for simulations: lists, and nothing survives
embedded   one SQLite file, group commit; also the thread and connection the state lives on
"""
