"""The canonical model: what every other package may speak of.

leaf         leaf types and the metadata each field carries
paths        canonical paths: `GoodsShipment.GovernmentAgencyGoodsItem[3].Commodity.Description`
problem      Problem and Place: what was wrong with what was sent, and where
records      what stands on the topics
line         the chain that says to which history of numbers a number belongs; cursors
declaration  the goods declaration, in the classes of the WCO Data Model, which stand in
             parties, places, transport, documents, duties and goods
postal       the postal item
conveyance   a ship's report of arrival or departure
persons      who is on a ship or an aircraft
answer       the answer of an agency
board        what a declarant is told of answers, requests and questions
packages     every package by name, with its body type
targets      what the path of a change names in a package
pointers     WCO pointers from a path and back, by dialect
events       canonical events to a record and back
dossier      a dossier as the core holds it while it works
kind         what dossiers of one kind are made of: schemes of references, parts
request_table   what a declarant may do when: states and verdicts of a profile
lists        the lists whose elements can be the subject of an answer, a rule or a change
numbering    the numbers of a part's elements, given once
unmapped     values of a message that have no place in the model
vector       what a target was shown of each element, and since when it is so
reuse        what makes two answers under one number the same answer
extent       how much of a list a message holds
owned        whose code is in a public name, and what others may lodge under it
broker_names the broker's own names of dossiers: visit ids
sample       what composes traffic of a family
subjects     the Avro schema of each payload of an agency's topic, generated from the model
json_schemas   the same as JSON Schema, for the documentation of the doors
kept         the versions of those schemas, in schemas/, with their ids; compatibility says whether
             one may follow another
avro         a payload in the Confluent wire format and back
"""
