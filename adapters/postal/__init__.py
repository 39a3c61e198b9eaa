"""Post: items with their customs declarations, as posts send them (UPU CN 22, CN 23).

itmatt, item_json    the formats: ITMATT in XML; the item push in JSON, one or one a line
dialects, tables     where each value of ITMATT stands; compiled once
reading, writing     between ITMATT and plain canonical trees, by the table
telling              what the walk found odd, as problems with their places
lines, members       the item push: lines out of bytes, members into the canonical tree
item_schema          the schema of the item push, from the model and a profile
s10, formats         item identifiers; representations and moments
judging              what is decided on an item, in whichever format it came
cusrsp               what a post is told
sample_item          composed items of invented parties
kinds                what the family brings in
"""

from adapters.postal.kinds import family as family
