"""What is decided on one item, in whichever format it came: key, checks, demands, verdict.

Rules
    An item is known by its identifier and its date of posting; without both it cannot be told
    which item is meant, so both are demanded here, whatever the profile says.
    An S10 is keyed in upper case without blanks; what was written otherwise is kept as unmapped.
    Doubts about an S10 warn, unless the profile rejects (`severities`). An identifier that is no
    S10 (UPU list 185 knows others) is refused, unless the profile warns; it is keyed as written.
    A value that could not be read is not missing as well; the problem of one that is missing
    names what is there under a similar name.
    An item is one declaration: an error about one content piece rejects the item, unless the
    profile has `partial: cut`; then the piece is left out and the others go on.
    How problems are ordered and limited: `listing`.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from adapters.demands import About, Breach, breaches, demanded, in_place_of, is_unread, of_body
from adapters.postal import s10
from adapters.postal.contents import check_contents, plain_codes
from adapters.postal.formats import MOMENT_PICTURE
from adapters.postal.item import (
    Clues,
    Item,
    Spot,
    path_of,
    pieces_of,
    to_piece,
    without_pieces,
)
from adapters.postal.listing import NAME, piece_of
from adapters.postal.tables import PACKAGE
from broker.adapter import Draft, Extent, Message, Profile, Reference, Tree, Unmapped
from broker.model.packages import data_class
from broker.model.problem import Place, Problem, cut

_DAY = len("YYYY-MM-DD")
_UNREAD = frozenset({
    "value.too-long", "value.malformed", "number.malformed",
    "moment.malformed", "attribute.misplaced",
})  # fmt: skip
"""What keeps a value out of the tree."""
_UNKNOWN = "element.unknown"


def message_of(item: Item, profile: Profile) -> Message:
    """The verdict on one item, with its one event."""
    message, _extent = judged_message(item, profile)
    return message


def judged_message(item: Item, profile: Profile) -> tuple[Message, Extent | None]:
    """The same, and how much of the item was taken."""
    identifier = str(item.tree.get("FunctionalReferenceID", ""))
    key, unmapped = _keyed(item, identifier)
    unmapped = (*unmapped, *plain_codes(item))
    posted = str(item.tree.get("AcceptanceDateTime", ""))[:_DAY]
    _judge(item, key, posted, profile)
    where = item.spots.locate((), "FunctionalReferenceID")
    whole = key and len(posted) == _DAY
    rejected, extent = item.listing.rejects, _extent(item)
    left_out = left_out_of(item, profile)
    body = item.tree
    if left_out:
        make = partial(_left_out, item, extent, where)
        item.listing.find("list.incomplete", make, min(left_out))
        rejected, body = False, without_pieces(item.tree, left_out)
    draft = Draft(
        kind="item",
        does="put",
        references=(Reference("S10", f"{key}/{posted}", where),) if whole else (),
        body=body,
        package=PACKAGE,
        unmapped=unmapped,
        extent=replace(extent, taken=0) if extent and rejected else extent,
    )
    message = Message(
        number=item.number,
        reference=key,
        verdict="rejected" if rejected else "accepted",
        problems=item.listing.in_order(item.spots.rank, where),
        events=iter((draft,)),
    )
    return message, draft.extent


def check_item(body: Tree, package: str, profile: Profile) -> tuple[Problem, ...]:
    """What the profile demands of an item that no message holds; nothing of another package."""
    return of_body(body, About(NAME, PACKAGE, None), profile) if package == PACKAGE else ()


def left_out_of(item: Item, profile: Profile) -> frozenset[int]:
    """The content pieces that are left out while the others go on; none where the item is refused.

    The item has been judged.
    """
    wrong = item.listing.wrong
    cut = profile.settings.get("partial", "refuse") == "cut"
    some = 0 < len(wrong) < len(pieces_of(item.tree))
    return frozenset(wrong) if cut and some and not item.listing.wrong_outside else frozenset()


def _extent(item: Item) -> Extent | None:
    """How many content pieces there are, and which of them are wrong."""
    pieces, wrong = pieces_of(item.tree), sorted(item.listing.wrong)
    if not pieces:
        return None
    surplus = item.listing.surplus
    left_out = (*(path_of(item.tree, to_piece(at), "") for at in wrong), *surplus)
    return Extent(
        declared=len(pieces) + len(surplus),
        taken=len(pieces) - len(wrong),
        left_out=left_out,
        cut=bool(left_out),
    )


def _left_out(item: Item, extent: Extent | None, where: Place) -> Problem:
    assert extent is not None, "only an item with content pieces leaves some of them out"
    return Problem(
        code="list.incomplete",
        text=f"{len(extent.left_out)} of {extent.declared} content pieces left out; "
        "the others go on",
        message=item.number,
        where=where,
        path=f"{NAME}.GoodsShipment.Consignment.ConsignmentItem",
        expected="every content piece without an error",
        hint="correct them, and send the whole item again",
    )


def _keyed(item: Item, identifier: str) -> tuple[str, tuple[Unmapped, ...]]:
    """The identifier in its normal form, put into the body; what was written is kept."""
    plain = s10.normalised(identifier)
    if plain is None or plain == identifier:
        return identifier, item.unmapped
    item.tree["FunctionalReferenceID"] = plain
    place, path = item.spots.locate((), "FunctionalReferenceID"), f"{NAME}.FunctionalReferenceID"
    return plain, (*item.unmapped, Unmapped(place, path, identifier))


def _judge(item: Item, key: str, posted: str, profile: Profile) -> None:
    """Lists the problems of the key, of the contents and of what the profile demands."""
    listing = item.listing
    read = listing.listed
    clues = Clues(
        {one.path or "": one.severity for one in read if one.code in _UNREAD},
        any(one.code == _UNKNOWN and one.severity == "error" for one in read),
    )
    for problem in (*_of_key(item, key, posted, clues), *_of_number(item, key, profile)):
        listing.find(problem.code, partial(_same, problem))
    check_contents(item, clues)
    for breach in breaches(item.tree, profile):
        rule = breach.constraint
        if rule.demand == "mandatory" and clues.unread:
            path = f"{NAME}.{breach.path_in(item.tree)}"
            if is_unread(path, rule.severity, clues.unread):
                continue
        make = partial(_demanded, item, breach, profile, clues)
        listing.put(rule.severity, make, piece_of(breach.trail))


def _same(problem: Problem) -> Problem:
    return problem


def _demanded(item: Item, breach: Breach, profile: Profile, clues: Clues) -> Problem | None:
    """A breach in the sender's words; nothing if a reported problem already explains it."""
    missing = breach.constraint.demand == "mandatory"
    spot = item.spots.spot(breach.trail, breach.name)
    if missing and spot.below and clues.misspelt:
        return None
    about = About(NAME, PACKAGE, item.number)
    problem = demanded(breach, item.tree, about, profile, spot.place, called=spot.called)
    return _absent(problem, spot) if missing else problem


def _absent(problem: Problem, spot: Spot) -> Problem:
    """A value that is missing, with what is in its place."""
    if spot.instead:
        return replace(problem, hint=in_place_of(problem.hint, spot.instead))
    if spot.empty:
        return replace(problem, text=f"{spot.called} is empty")
    return problem


def _of_key(item: Item, key: str, posted: str, clues: Clues) -> Iterator[Problem]:
    """What the item is known by, where it is not there."""
    wanted = []
    if not key:
        wanted.append(("postal.item.identifier-missing", "FunctionalReferenceID",
                       "the identifier on the label (UPU S10)"))  # fmt: skip
    if len(posted) < len("YYYY-MM-DD"):
        wanted.append(("postal.item.posting-date-missing", "AcceptanceDateTime",
                       "the date of posting, to the day: numbers are used again"))  # fmt: skip
    for code, name, hint in wanted:
        if is_unread(f"{NAME}.{name}", "error", clues.unread):
            continue
        spot, found = item.spots.spot((), name), item.tree.get(name)
        if spot.below and clues.misspelt:
            continue
        called = spot.called or name
        problem = Problem(
            code=code,
            text=f"{called} is {found!r}, which is not a day" if found else f"{called} is missing",
            message=item.number,
            where=spot.place,
            path=f"{NAME}.{name}",
            found=found and cut(found),
            expected=MOMENT_PICTURE if found else "a value",
            hint=hint,
        )
        yield _absent(problem, spot)


def _of_number(item: Item, key: str, profile: Profile) -> Iterator[Problem]:
    """What speaks against the identifier."""
    if key and s10.normalised(key) is None:
        yield _wrong(
            item,
            "FunctionalReferenceID",
            s10.Doubt(
                "postal.s10.malformed",
                f"the identifier {key!r} is not an S10",
                "2 letters, 9 digits, 2 letters, such as LX123456785US",
                "give the identifier on the label",
            ),
        )
    elif key:
        listed = profile.codelists.get(str(profile.settings.get("countries", "")))
        countries = listed.codes if listed else {key[-2:]}
        for doubt in s10.doubts(key, countries):
            yield _wrong(item, "FunctionalReferenceID", doubt)


def _wrong(item: Item, name: str, doubt: s10.Doubt) -> Problem:
    return Problem(
        code=doubt.code,
        text=doubt.text,
        message=item.number,
        where=item.spots.spot((), name).place,
        path=f"{NAME}.{name}",
        found=item.tree.get(name),
        found_class=data_class(PACKAGE, name),
        expected=doubt.expected,
        hint=doubt.hint,
    )
