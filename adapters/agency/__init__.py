"""What agencies answer when they speak the broker's own JSON.

answer_json   the format
lists         the lists of an answer: reasons, documents wanted, payments, limits, remarks, errors
corrections   the changes of an agency's own correction
answer_schema the format as JSON Schema, for the documentation of the doors
reading       taking members out of it, with all problems at once
kinds         what the family brings in
"""

from adapters.agency.kinds import family as family
