"""The legs of a flight: which of them crosses the border, and what the others say.

One TDT may carry all airports, or each leg has its own: both give the same airports in the same
order, each with the flight number of its leg where that is another one.
"""

from collections.abc import Sequence
from datetime import date

from adapters.airline.flight import ARRIVING, CROSSING
from adapters.airline.listed import Listed
from adapters.airline.moment import LATEST
from broker.adapter import Tree
from broker.model.paths import leaves

_AIR = "4"


def border_leg(listed: Listed) -> Tree:
    """The leg that crosses the border, else the first, is the means of transport."""
    if not listed.legs:
        return {}
    crossing = (at for at, call in enumerate(listed.calls) if call.get("RoleCode") == CROSSING)
    main = max(listed.leg_of[next(crossing, 0)], 0) if listed.calls else 0
    means = listed.means = listed.legs[main]
    listed.means_segment = listed.leg_segments[main]
    for call, of in zip(listed.calls, listed.leg_of, strict=True):
        leg = listed.legs[of] if of >= 0 else means
        if leg.get("JourneyID", means.get("JourneyID")) != means.get("JourneyID"):
            call["JourneyID"] = leg["JourneyID"]
            listed.note_again(leg, call, "JourneyID")
    placed = set(listed.leg_of)
    for at, leg in enumerate(listed.legs):
        if leg is not means:
            _leave_other(listed, leg, at, placed)
    if "ModeCode" not in means:
        means["ModeCode"] = _AIR
        listed.note(means, "ModeCode", listed.means_segment)
    return means


def has_left(call: Tree) -> bool:
    """Whether the flight leaves this airport, and has not come to it last."""
    role = call.get("RoleCode")
    return role == CROSSING or ("DepartureDateTime" in call and role != ARRIVING)


def has_come(call: Tree) -> bool:
    """Whether the flight comes to this airport, and has not begun there."""
    role, leaves = call.get("RoleCode"), "DepartureDateTime" in call
    return role == ARRIVING or ("ArrivalDateTime" in call and role != CROSSING and not leaves)


def _leave_other(listed: Listed, leg: Tree, at: int, placed: set[int]) -> None:
    """What another leg says: its flight stands at its airports, the rest is left over."""
    said_again = {name for name in leg if leg[name] == listed.means.get(name)}
    if at in placed:
        said_again.add("JourneyID")
    number = listed.leg_segments[at]
    for below, said in leaves({name: leg[name] for name in leg if name not in said_again}):
        listed.keep(number, 0, 0, f"BorderTransportMeans.{below}", said)


def day_of(calls: Sequence[Tree]) -> date:
    """The day of the flight, which tells the century of two-digit years."""
    for name in ("DepartureDateTime", "ArrivalDateTime"):
        for call in calls:
            if name in call:
                return date.fromisoformat(call[name][:10])
    return LATEST
