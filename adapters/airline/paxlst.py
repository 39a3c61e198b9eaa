"""PAXLST: passenger and crew lists, UN/EDIFACT, by the WCO/IATA/ICAO guide, as airlines send them.

Behaviour
    One interchange may hold many messages; each is about one flight and becomes one event, or two
    (persons on board, then closed). What it does: `drafting`. Which flight it is: `flight`.
    745 and 266 speak of the part passengers, 250 of the part crew. NAD says who somebody is: FL,
    DDU, ZZZ a passenger, FM, DDT crew.
    A person with an error is left out, the others go on; the message is accepted, the problems
    name each person who is left out, and its drafts state how much of the list was taken. No one
    left, or a profile that takes lists only as a whole: rejected. Warnings never reject.
    Problems come at once: errors first, then warnings, each in the order of the file.
    Structure is the guide's, not that of the directory release that UNH names: real lists carry
    segments which that release does not have. A release that is not known is a warning. The order
    inside a group is free.
    Counts of UNT are wrong so often that the profile makes them warnings; one that is higher than
    what was read makes the list a cut one. UNE and UNZ that count more messages than were read are
    errors.
Knowingly not done
    Code lists and agencies beside a code (110:111) and format codes are read, not kept. A baggage
    tag NULL says that there is none. Of several booking references the first is read.
    Master crew lists (336), gate passes (655), truck manifests (10) and the older layout
    PAXLST:001:000 are refused, each with one problem.
    A later leg's carrier and means of transport are kept unmapped; its flight number stands at its
    airports.
Versions
    D.02B to D.15B   read
    D.05B            written
"""

from collections.abc import Iterator

from adapters.airline.cusres import artifacts_of
from adapters.airline.drafting import PACKAGE, drafts_of
from adapters.airline.judging import judge
from adapters.airline.listed import Listed
from adapters.airline.purpose import Purpose, purpose_of
from adapters.airline.reading import read_list
from adapters.airline.report import Report
from adapters.airline.whereabouts import placed, years_of
from adapters.airline.writing import interchange
from adapters.demands import About, of_body
from adapters.interchange import EDIFACT
from adapters.wire.edifact import MessageIn, looks_like, read
from broker.adapter import (
    Artifact,
    Message,
    Original,
    Outgoing,
    Path,
    Profile,
    Recognition,
    Syntax,
    Tree,
)
from broker.model.problem import Place, Problem

_SURE, _UNSURE = 90, 10


class Paxlst:
    """The adapter of this format; it holds nothing."""

    family = "airline"
    format = "WCO/IATA/ICAO PAXLST"
    content_types: tuple[str, ...] = ("application/edifact", "text/plain")
    syntax: Syntax = EDIFACT
    message_types: tuple[str, ...] = ("PAXLST",)

    def recognises(self, payload: bytes) -> Recognition | None:
        """Any EDIFACT, so that a stray message gets a clear answer; surely one with PAXLST."""
        sight = looks_like(payload)
        if sight is None:
            return None
        return Recognition(self.format, _SURE if "PAXLST" in sight.types else _UNSURE)

    def read_message(self, message: MessageIn, profile: Profile) -> Message:
        """One list: what it does, what is wrong with it, and the persons that go on."""
        listed = read_list(message, years_of(profile))
        purpose = purpose_of(message, listed, profile)
        if purpose.refused:
            return _refused(message, listed, purpose, profile)
        judged = judge(message, listed, profile, purpose.oddities)
        return Message(
            number=message.number,
            reference=message.reference,
            verdict="rejected" if judged.rejects else "accepted",
            problems=judged.problems,
            events=drafts_of(message, listed, purpose, judged.left_out),
        )

    def places(
        self, payload: bytes, message: int, profile: Profile
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of a list stood; nothing for what is no list."""
        reading = read(payload)
        if 1 <= message <= len(reading.envelope.spans):
            found = reading.message(message)
            if found.type in self.message_types:
                yield from placed(found, profile)

    def render(self, out: Outgoing, profile: Profile) -> tuple[Artifact, ...]:
        """The cut list as a PAXLST."""
        content = interchange(out.tree, out.stamp, profile)
        return (Artifact(content, self.content_types[0], f"list-{out.stamp.version}.edi"),)

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """A CUSRES for the carrier, in several interchanges where one would be too large."""
        return artifacts_of(out, original, profile)

    def check_body(self, body: Tree, package: str, profile: Profile) -> tuple[Problem, ...]:
        """What the profile demands of a list that was amended by path."""
        about = About("Declaration", PACKAGE, None)
        return of_body(body, about, profile) if package == PACKAGE else ()


def _refused(message: MessageIn, listed: Listed, purpose: Purpose, profile: Profile) -> Message:
    """A list that is not read: one problem says why, whatever else may be in it."""
    (oddity,) = purpose.oddities
    problem = Report(message, listed, profile).oddity(oddity, "error")
    return Message(message.number, message.reference, "rejected", (problem,), iter(()))
