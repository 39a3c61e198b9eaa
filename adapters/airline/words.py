"""What each problem of a list is in words: what is wrong, what was expected, what to do.

`{name}` is the last step of the canonical path; `{found}` stands in a text only where it is no
value of a person. `{functions}` are those that the profile knows for the type of the list; `{0}`,
`{1}` are the further words of the oddity.
"""

from adapters.airline import flight

AS_WHOLE = "the whole list, because it does not say that it is a piece"
AS_PIECE = "a piece of the list, because the total is higher: earlier persons stay on the list"

WORDS: dict[str, tuple[str, str, str]] = {
    "element.unknown": (
        "segment {found!r} is not known here",
        "segments of the WCO/IATA/ICAO guide",
        "it is kept, but passed on to no agency",
    ),
    "element.misplaced": (
        "segment {found!r} has no {0} of its own before it",
        "{0}, then {found}",
        "put {0} before it; its values are kept, but passed on to no agency",
    ),
    "paxlst.role-unknown": (
        "a person has the role {found!r}",
        "FL, FM, DDU, DDT; ZZZ with RFF+ABO alone",
        "say whether this is a passenger (FL, DDU) or crew (FM, DDT); the others go on",
    ),
    "element.repeated": (
        "{name} is given twice, with different values",
        "one value",
        "the first was read; the other is kept, but passed on to no agency: leave one out",
    ),
    "value.too-long": (
        "{name} is longer than its element",
        "at most what the directory allows",
        "it was read whole; shorten it",
    ),
    "moment.malformed": (
        "{name} is no day or time of its format",
        "{0}",
        "write it as {0}; of a person: the others go on, send this one again",
    ),
    "paxlst.moment-apart": (
        "{name} has its day and its time in two components",
        "{0}",
        "it was read; write day and time as one value, as {0}",
    ),
    "value.misplaced": (
        "{name} stands in {0}, the place of another value",
        "{name} in {1}, as DOC+P:110:111+NUMBER or ATT+2++F",
        "it was read; write it in {1}",
    ),
    "number.malformed": (
        "{name} is no number",
        "digits",
        "write digits without grouping; it was not read",
    ),
    "paxlst.number-misplaced": (
        "{name} stands one place off",
        "CNT+42:160, MEA+CT++:2, MEA+WT++KGM:40",
        "it was read; write it as a component behind its qualifier or unit",
    ),
    "paxlst.document-empty": (
        "a document has neither type nor number",
        "DOC with type and number",
        "leave out documents that are not known; what is said of it is kept aside",
    ),
    "paxlst.flight-malformed": (
        "the flight is {found!r}",
        flight.EXPECTED,
        "write the flight as the schedule has it",
    ),
    "paxlst.flight-unknown": (
        "nothing says which flight this is",
        "TDT with the flight number, LOC+125 with DTM+189 (else LOC+87 with DTM+232)",
        "name flight, airport and day of departure",
    ),
    "paxlst.carrier-differs": (
        "flight {found!r} does not start with its carrier",
        "a flight number that begins with the carrier beside it",
        "both are kept as said; check the carrier code",
    ),
    "paxlst.times-disordered": (
        "the arrival ({found}) lies more than a day before its departure",
        "an arrival after its departure, a day less at most where zones differ",
        "check days and times of the legs",
    ),
    "paxlst.journey-circular": (
        "a person leaves the aircraft where they entered it",
        "two different airports in LOC+178 and LOC+179",
        "check both airports",
    ),
    "paxlst.person-repeated": (
        "two persons of the list have the same reference of the carrier",
        "RFF+ABO unique within the flight",
        "they will be taken for one person: give each person a reference of their own",
    ),
    "document.repeated": (
        "two persons of the list have the same document",
        "document and issuer unique within the flight",
        "check the numbers; with RFF+ABO for each, changes find the right person",
    ),
    "paxlst.dates-disordered": (
        "a document was issued before its holder was born, or after it expired",
        "birth, issue, expiry in this order",
        "check the three days",
    ),
    "paxlst.part-malformed": (
        "the number of this part of the list is {found!r}",
        "01:C for the first part, 02 between, 03:F for the last; 01:F for a list of one",
        "number the parts",
    ),
    "paxlst.type-unknown": (
        "the list type of BGM is {found!r}",
        "745 (passengers), 250 (crew), 266 (flight status)",
        "say in BGM what this message is",
    ),
    "paxlst.type-refused": (
        "lists of the type {found!r} ({0}) are not taken here",
        "745 (passengers), 250 (crew), 266 (flight status)",
        "ask the operator how else to send them",
    ),
    "paxlst.function-unknown": (
        "the function of BGM is {found!r}",
        "{functions}",
        "leave it out for a list; CP for a change",
    ),
    "paxlst.function-assumed": (
        "the function of BGM is {found!r}, which is not known for this type: read as a list",
        "{functions}",
        "leave the letters out of a list; write CP for a change, XR for a cancellation",
    ),
    "paxlst.flight-changed": (
        "the flight has changed ({found!r}): its lists stay with the flight that they name",
        "a list that names the new flight",
        "send the list under its new flight, and cancel the old one (XF)",
    ),
    "paxlst.release-unknown": (
        "the message names the directory {found!r}, which is not known",
        "PAXLST of a known version and release: {0}",
        "it was read by the WCO/IATA/ICAO guide; name the one you send, as PAXLST:D:05B:UN:IATA",
    ),
    "list.count-differs": (
        "the total is {found}, the list names {0}",
        "{0}",
        "it was taken for {1}; send who is missing, or the right total; number pieces in UNH",
    ),
    "paxlst.departure-missing": (
        "nothing says where the flight leaves before it comes to the first airport ({0})",
        "LOC+125 with DTM+189, then LOC+87 with DTM+232; LOC+92 between",
        "name the airport of departure, its moment behind it",
    ),
    "paxlst.arrival-missing": (
        "nothing says where the flight comes to from the last airport ({0})",
        "LOC+125 with DTM+189, then LOC+87 with DTM+232; LOC+92 between",
        "name the airport of arrival, its moment behind it",
    ),
    "list.incomplete": (
        "{0} of {1} persons were left out",
        "persons without errors",
        "correct the errors of these persons, and send them again; the others go on",
    ),
    "list.refused": (
        "{0} of {1} persons have errors, and this list is taken only as a whole",
        "a list of which each person is without errors",
        "correct these persons, and send the whole list again: nothing of this one was taken",
    ),
    "paxlst.version-unknown": (
        "the message is PAXLST of version {found!r}",
        "PAXLST of UN/EDIFACT, version D (as PAXLST:D:05B:UN:IATA)",
        "this older layout is not read: send the layout of the WCO/IATA/ICAO guide",
    ),
    "paxlst.persons-too-many": (
        "the message lists more than {found} persons",
        "at most {found} persons in a message",
        "split the list; what follows was not read",
    ),
    "list.empty": (
        "the message lists no person",
        "NAD of at least one person, or CNT+42:0 for a flight without any",
        "list the persons whom the message is about",
    ),
}
