"""The core: events become versions, decisions, deliveries, asks, boards and replies.

step      one event applied to one dossier: permit, fold, route, tell (pure)
requested what a declarant asks of an authority: tried, numbered, sent to those who decide
demanded  what an amendment breaks: demands of the profile that its result does not meet
decided   how a request ends: granted, refused, overtaken, taken back
applied   who is shown what an event or a grant has made
joined    parties that join a dossier whose name is another's: their parts, and who hears of them
facts     native codes of deciding agencies, by part
request_replies   what the sender of a request is told
effects   what a step decided, as values
rules     what decisions are taken under
routed    who is entitled to the live documents, and what changed for them
asking    when an agency is asked, until when, and what restarts an ask
confirmed what a carrier has to confirm, and in time
answered  an agency's answer, bound to what was delivered to it: binding (which delivery),
          subjects (which element of it), late (what it does not settle), removed (persons
          taken off), meant (what the answers of a batch may be about, loaded)
corrected an authority corrects a document of its own accord
ended     an authority ends a dossier of its own accord
reported  an authority reports a presentation, an arrival or a departure
arrivals  silence that counts from an arrival, counted anew when that is known otherwise
signals   what an operator should know of an event
questions what an authority wants to know or to see, by number, until it closes that
held      what an authority holds beside refusing a request
noted     what is odd about a message that is applied, or about the parts together
told      boards and replies on their way to those who are owed them
passed_time  a deadline, a release by silence, the end of an answer
station   the hop's view of it: load, work, park, write
writing   effects as rows
deadlines due times that have come, as events on their dossiers
"""
