"""Folding events into dossiers: pure functions.

permission  whether an event may be applied now: states, tables, open requests
fold      which version an event makes, and its outcome
folded    what came of that, as a value
withdrawing   a dossier or a part of it taken back
owning    whose a part is: codes in public names, and the parts of those who join
lateness  changes that a later message of their sender has overtaken
declines  why an event is declined, in words
merging   a message of a list into the live version: numbers of elements, and who stays
amending  an amendment applied to a version: its elements changed, added, removed
amended_lists   whom an amendment names, and takes off, of a list that the broker numbers
correcting    the authority's own correction: the next version, which stays the declarant's
reported  what was reported of a part: presented, arrived, departed, when and by whom
amendment_words   what is wrong with an amendment, in words
differing where two bodies differ, leaf by leaf
naming    which message named which element last, and by which number
standing  what an agency's answers settle of what it was shown: every status comes from here
news      what of an answer is stated once, in the reply to its event
board     all standings of a dossier, and the overall status
"""
