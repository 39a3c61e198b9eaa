"""Folding events into dossiers: pure functions.

fold     which version an event makes, and its outcome
board    all asks and answers of a dossier, and the overall status
"""
