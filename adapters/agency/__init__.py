"""What agencies answer when they speak the broker's own JSON.

answer_json   the format
corrections   the changes of an agency's own correction
reading       taking members out of it, with all problems at once
kinds         what the family brings in
"""

from adapters.agency.kinds import family as family
