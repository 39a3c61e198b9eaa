"""What a carrier does with a reply: asks for it, and reads it again."""

from adapters.airline.paxlst import Paxlst
from adapters.wire.edifact import read, value
from broker.adapter import Original, Outgoing, Reference, Stamp
from broker.model.board import BoardAnswer
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.read_by import read_by

STAMP = Stamp("d_0123456789abcdef0123456789abcdef", "2026-01-15T09:30:00.123Z", 3)
KNOWN = (Reference("FLIGHT", "ZZ0035/2026-01-15/VIE"),)


def reply(payload, guide, status="released", number=1, **told):
    (artifact,) = replies(payload, guide, status, number, **told)
    assert artifact.content_type == "application/edifact"
    assert artifact.name == "cusres.edi"
    return artifact.content


def replies(payload, guide, status="released", number=1, **told):
    out = Outgoing(status, KNOWN, STAMP, **told)
    return Paxlst().reply(out, Original("s_1", payload, number), guide)


def read_again(content):
    """The interchange of a reply, which must be right in all its counts and references."""
    reading = read(content)
    assert reading.problems == ()
    messages = list(reading.messages)
    assert [problem for one in messages for problem in one.problems] == []
    for one in messages:
        assert (one.type, one.version, one.release) == ("CUSRES", "D", "05B")
    return reading.interchanges[0], messages


def body_of(payload, guide):
    (found,) = read_by(Paxlst(), payload, guide).messages
    (draft,) = found.events
    return draft.body


def entries_in(made):
    """Each entry of a reply: level, the carrier's reference, codes, words."""
    entries = []
    for one in made.segments:
        match one[0][0]:
            case "ERP":
                entries.append((value(one, 1), "", [], []))
            case "RFF" if value(one, 1) == "ABO":
                entries[-1] = (entries[-1][0], value(one, 1, 2), *entries[-1][2:])
            case "ERC":
                entries[-1][2].append(value(one, 1))
            case "FTX":
                entries[-1][3].append(value(one, 4))
    return entries


def answer(subject="", status="released", **more):
    made = {"AgencyID": "border-police", "PurposeCode": "entry", "StatusCode": status, **more}
    if subject:
        made["Subject"] = subject
    BoardAnswer.model_validate(made)
    return made


def of_person(number):
    return f"BorderTransportMeans.Passenger[{number}]"


def left_out(count, guide):
    """A list of one good person and this many without a surname, and its translation."""
    nameless = [
        line
        for at in range(1, count + 1)
        for line in ("NAD+FL+++", f"RFF+ABO:B{at}", f"DOC+P:110:111+N{at}")
    ]
    payload = interchange(message(*header(), *person(), *nameless))
    (found,) = read_by(Paxlst(), payload, guide).messages
    (draft,) = found.events
    return payload, found, draft.extent
