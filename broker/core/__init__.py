"""The core: events become versions, decisions, deliveries, asks, boards and replies.

step      one event applied to one dossier: fold, then route, then tell (pure)
effects   what a step decided, as values
routed    who is entitled to the live documents, and what changed for them
answered  an agency's answer, bound to what was delivered to it
noted     what is odd about a message that stands, or about the parts together
told      boards and refusals on their way to those who are owed them
station   the hop's view of it: load, work, park, write
deadlines due times that have come, as events on their dossiers
"""
