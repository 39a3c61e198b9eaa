"""Airline: passenger and crew lists of carriers, and the answers they get.

paxlst               the format
table, segments      where each value stands; compiled once
reading, placing     one walk over the segments; single values
listed               what the walk found
legs                 which leg crosses the border
flight, moment       the name of a flight; days and times
whereabouts          where each value stands, for problems
crossing             what only several values show together
judging              whom a list leaves out, whether it is rejected, what is listed
report, words        problems with their places, and in words
purpose, drafting    what a message is for; what it does to its flight
extent               how much of a list was taken
pieces               what is missing in a list that came in pieces
writing              a list as EDIFACT
cusres, entries      the answer to a list as EDIFACT; what it says of the list and of persons
answering            what a reply takes from the message that it answers
own_reference        the number of a changed decision
cusres_acknowledgement  the acknowledgement that confirms it
cusres_answer        an agency's answers as EDIFACT: cusres_reading, cusres_wrong (what is wrong
                     with them), cusres_reply (what the agency is told)
sample_passenger_list  composed lists of invented persons
kinds                what the family brings in
"""

from adapters.airline.kinds import family as family
