"""Customs: goods declarations of traders, and the responses of customs to them.

wco_dec, wco_res     the formats
dialects, tables     where each value stands; compiled once
envelope             MetaData around the bodies
reading, writing     between XML and plain canonical trees, by the tables
oddities             what a walk could not put into the tree, up to a limit
swift                the short walk, for a body in which nothing is odd
subject              one body with the places of its elements
telling, words       what the walk and the profile found, with places; in words
amendments           the blocks of a correction, and what they point at
extent               how many goods items there are, and which are beyond what is taken
notified             what a response states, normalised
reply                the reply to a declarant
answered             answers of agencies in the classes of a reply
moment               date formats
sample_declaration   composed declarations of invented parties
kinds                what the family brings in
"""

from adapters.customs.kinds import family as family
