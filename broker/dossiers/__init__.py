"""Folding events into dossiers: pure functions.

fold     which version an event makes, and its outcome
merging  a piece of a list into the live version, and changes to its elements
board    all asks and answers of a dossier, and the overall status
"""
