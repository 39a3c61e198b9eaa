"""Folding events into dossiers: pure functions.

fold      which version an event makes, and its outcome
declines  why an event is declined, in words
merging   a message of a list into the live version: numbers of elements, and who stays
naming    which message named which element last, and by which number
standing  what an agency's answers settle of what it was shown: every status comes from here
news      what of an answer is stated once, in the reply to its event
board     all standings of a dossier, and the overall status
"""
