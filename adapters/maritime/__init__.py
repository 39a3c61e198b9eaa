"""Maritime: the forms of a port call, as workbooks of a maritime single window.

fal1, fal5      the forms that are read
workbooks       where each value stands and how it is written; compiled by layout
sheets, form    the sheet of a form, its fields with their cells
crew            the rows of a list
listed          who of a list goes on, and who is left out
list_problems   problems of a list as a whole
values          what a cell says as a canonical leaf
telling         problems with their cells
amended         what is demanded of a form that was amended by path
relations       what values must be to each other
writing         a form as a workbook
reply           the sender's workbook with marks, and the same as JSON
reply_words     its sentences
across          what all parts of a visit show together
sample_visit    composed forms of invented ships
kinds           what the family brings in
"""

from adapters.maritime.kinds import family as family
