"""Post: items with their customs declarations, as posts send them (UPU CN 22, CN 23).

itmatt, item_json    the formats: ITMATT in XML; the item push in JSON, one or one a line
dialects, tables     where each value of ITMATT is; compiled once
reading, writing     between ITMATT and plain canonical trees, by the table
oddities, telling    what that walk found odd, and as problems with their places
lines                lines out of bytes
member_reading       the members of a line into the canonical tree
notes, members       what that walk found odd, and as problems with their places
item_schema          the schema of the item push, from the model and a profile
numbers, formats     values as they are written; representations and moments
s10                  item identifiers
item, contents       one item as it was read; what is checked in its contents
judging, listing     what is decided on an item, in whichever format it came; its problems in order
cusrsp, replying     the reply to a post; what replies have in common
sample_item          composed items of invented parties
kinds                what the family brings in
"""

from adapters.postal.kinds import family as family
