"""Routing: who is told what, and why. Pure; siblings are `dossiers` and `replies`.

rules        a rules file, as typed and closed models
conditions   the closed list of operators, compiled into closures
decision     what routing takes and gives: Document, Decision, Result
elements     elements of lists: index inside, key outside
sight        what a document says, looked up once and asked by many rows
match        `decide`: the results of all rows for one document
listing      a view file, as typed and closed models
sieves       the lines of a view, compiled into functions
view         `apply`: what a recipient may see of it
basis        what an answer about each element depends on
versions     what a new version means to those who were sent the last one
explain      why each row matched or did not
check        everything wrong in rules and views together (rowcheck, viewcheck; findings,
             patterns: what it tells, and what a package has)
trial        the tests written beside the rules
"""
