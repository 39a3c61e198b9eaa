"""Single values of a segment put into the tree, as the table says how.

Rules
    Outer blanks are no part of a value. An empty one says nothing.
    A value that stands once already is not replaced; one that its format does not allow is told.
    What cannot be placed is left over.
    What stands beside its place (a number in that of its unit, a day apart from its time, the rows
    `astray`) is read and told.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from adapters.airline.listed import Listed, Oddity
from adapters.airline.moment import LATEST, PICTURES, pictured, to_day, to_iso
from adapters.airline.table import PERSONAL, REPEATED, Field, Rule
from adapters.wire.edifact import Segment, value
from broker.adapter import Tree
from broker.model.leaf import DECIMAL

_DECIMAL = re.compile(DECIMAL)
_PLAIN = frozenset({"code", "text", "open"})
_NO_TAG = "NULL"
_BETWEEN = {element: [[""] for _empty in range(2, element)] for element in range(2, 10)}
_DIGITS_SAFE, _NAMES = 9, 5


class Placing:
    """Places the values of one message. `flight` is its day, once that is known."""

    def __init__(self, listed: Listed, years: Mapping[str, int]) -> None:
        self.years = years
        self.flight: date = LATEST
        self._listed = listed
        self._taken: set[tuple[int, int, int]] = set()
        self._number = 0
        self._group = ""
        self._how: dict[str, Callable[[Field, Segment, Tree], None]] = {
            "names": self._names,
            "rest": self._rest,
            "count": self._count,
            "measure": self._measure,
            "tag": self._tag,
            "each": self._each,
        }

    def place(self, rule: Rule, segment: Segment, number: int, target: Tree) -> None:
        """All values of a segment that the rule knows."""
        self._number, self._group = number, rule.group
        size = len(segment)
        for one in rule.fields:
            element, component, name, how, limit, _leaf = one
            if how not in _PLAIN and (special := self._how.get(how)):
                special(one, segment, target)
                continue
            if element >= size or component > len(segment[element]):
                continue
            said = segment[element][component - 1].strip()
            if not said:
                continue
            if how in _PLAIN and "." not in name and name not in target:
                target[name] = said
                self._listed.note(target, name, number, element, component)
                if len(said) > limit:
                    self._tell("value.too-long", one, said)
                continue
            self._one(one, segment, target, said)
        for one in rule.astray:
            if one.name not in target and (said := value(segment, one.element, one.component)):
                self._astray(one, rule, target, said.strip())

    def bag(self, one: Field, segment: Segment, target: Tree) -> bool:
        """Places what is said of baggage in the usual way; false where it needs a closer look."""
        values = segment[-1]
        if len(segment) != one.element + 1 or segment[2:-1] != _BETWEEN[one.element]:
            return False
        if self._listed.trace is not None or len(values) > 2:
            return False
        said, beside = values[0].strip(), values[1].strip() if len(values) == 2 else ""
        if one.how == "measure":
            return _plain_sum(one, target, beside, said)
        if beside or not said or said == _NO_TAG:
            return False
        target.setdefault("Baggage", []).append({"TagID": said})
        return True

    def took(self, number: int, element: int, component: int) -> bool:
        """Whether a value was read although it stands where the rule does not know it."""
        return (number, element, component) in self._taken

    def _one(self, one: Field, segment: Segment, target: Tree, said: str) -> None:
        """A value that needs a look: a date, one below a class of its own, a second one."""
        owner, name = self._owner(target, one.name)
        if name in owner:
            if owner[name] != said:
                self._tell("element.repeated", one, said)
                self._keep(one, said)
            return
        shown: str | None = said
        code = value(segment, one.element, one.component + 1)
        if one.how == "date":
            shown = to_day(said, code, self.flight, self.years[name])
        elif one.how == "moment":
            shown = to_iso(said, code) or self._apart(one, segment, said)
        if shown is None:
            start, timed = f"{segment[0][0]}+{segment[1][0]}", one.how == "moment"
            expected = pictured(start, code, timed=timed)
            self._tell("moment.malformed", one, said, said=(expected,))
            self._keep(one, said)
            return
        self._put(owner, name, shown, one)
        if len(said) > one.limit:
            self._tell("value.too-long", one, said)

    def _apart(self, one: Field, segment: Segment, said: str) -> str | None:
        """A day and its time in two components, the format behind them: read as one, and told."""
        element, component = one.element, one.component
        time, code = (value(segment, element, component + beside) for beside in (1, 2))
        shown = to_iso(said + time, code) if code in PICTURES else None
        if shown is not None:
            self._taken |= {(self._number, element, component + beside) for beside in (1, 2)}
            start = f"{segment[0][0]}+{segment[1][0]}"
            expected = (pictured(start, code, timed=True),)
            self._tell("paxlst.moment-apart", one, f"{said}:{time}", said=expected)
        return shown

    def _astray(self, one: Field, rule: Rule, target: Tree, said: str) -> None:
        """A value that stands where the table knows it to go astray."""
        if said:
            self._taken.add((self._number, one.element, one.component))
            own = next(field for field in rule.fields if field.name == one.name)
            places = [f"{rule.tag} {field.element}.{field.component}" for field in (one, own)]
            self._tell("value.misplaced", one, said, said=tuple(places))
            self._put(target, one.name, said, one)

    def _owner(self, target: Tree, name: str) -> tuple[Tree, str]:
        """The class below the target that a dotted name belongs to, made when it is needed."""
        above, dot, last = name.partition(".")
        if not dot:
            return target, name
        if above in REPEATED:
            several = target.setdefault(above, [])
            if not several:
                several.append({})
                self._listed.note(several[0], "", self._number)
            return several[0], last
        made = target.setdefault(above, {})
        if not made:
            self._listed.note(made, "", self._number)
        return made, last

    def _names(self, one: Field, segment: Segment, target: Tree) -> None:
        """All components of an element, a blank between."""
        said = segment[one.element] if one.element < len(segment) else []
        name = " ".join(part.strip() for part in said if part.strip())
        if name:
            for component in range(one.component, len(said) + 1):
                self._taken.add((self._number, one.element, component))
            self._one(one, [], target, name)

    def _rest(self, one: Field, segment: Segment, target: Tree) -> None:
        """Further names of a person, a blank between."""
        said = segment[one.element][:_NAMES] if one.element < len(segment) else []
        names = [name for part in said[one.component - 1 :] if (name := part.strip())]
        for component in range(one.component + 1, len(said) + 1):
            self._taken.add((self._number, one.element, component))
        if names:
            self._one(one, segment, target, " ".join(names))

    def _count(self, one: Field, segment: Segment, target: Tree) -> None:
        """A number of a whole list."""
        said = value(segment, one.element, one.component).strip()
        if said:
            self._number_of(one, target, said, "")
        else:
            self._beside(one, segment, target, (one.element + 1, 1))

    def _measure(self, one: Field, segment: Segment, target: Tree) -> None:
        """A number of a person's baggage, its unit in the component before."""
        values = segment[one.element] if one.element < len(segment) else []
        if len(values) == one.component and values[-1].strip():
            self._number_of(one, target, values[-1].strip(), values[-2].strip())
        else:
            self._beside(one, segment, target, (one.element, 1))

    def _beside(self, one: Field, segment: Segment, target: Tree, place: tuple[int, int]) -> None:
        """A number that stands one place off is read, and told."""
        said = value(segment, *place).strip()
        if said.isdecimal():
            self._taken.add((self._number, *place))
            self._tell("paxlst.number-misplaced", one, said, place)
            self._number_of(one, target, said, "")

    def _number_of(self, one: Field, target: Tree, said: str, unit: str) -> None:
        number = said.replace(",", ".")
        if not _DECIMAL.fullmatch(number) or not number.isascii():
            self._tell("number.malformed", one, said)
            self._keep(one, said)
            return
        owner = self._baggage(target) if one.how == "measure" else target
        if one.leaf in owner:
            self._tell("element.repeated", one, said)
            self._keep(one, said)
            return
        shown = {"value": number, "unit": unit} if unit else {"value": number}
        self._put(owner, one.leaf, shown, one)

    def _baggage(self, target: Tree) -> Tree:
        """The entry that holds the sums of a person's baggage: the one without a tag."""
        several: list[Tree] = target.setdefault("Baggage", [])
        if not several or "TagID" in several[0]:
            several.insert(0, {})
            self._listed.note(several[0], "", self._number)
        return several[0]

    def _tag(self, one: Field, segment: Segment, target: Tree) -> None:
        """A baggage tag, and how many tags count upward from it."""
        said = value(segment, one.element, one.component).strip()
        pieces = value(segment, one.element, one.component + 1).strip()
        if not said or said == _NO_TAG:
            return
        made: Tree = {"TagID": said}
        if pieces and _DECIMAL.fullmatch(pieces) and pieces.isascii():
            made["PieceQuantity"] = {"value": pieces}
        elif pieces:
            self._tell("number.malformed", one, pieces)
            self._keep(one, pieces)
        target.setdefault("Baggage", []).append(made)
        if self._listed.trace is not None:
            self._listed.note(made, "", self._number)
            for at, name in enumerate(made):
                self._listed.note(made, name, self._number, one.element, one.component + at)

    def _each(self, one: Field, segment: Segment, target: Tree) -> None:
        """COM: a number and its type, once or several times."""
        for element in range(one.element, len(segment)):
            said, kind = value(segment, element).strip(), value(segment, element, 2).strip()
            if not said:
                continue
            made: Tree = {"ID": said, "TypeCode": kind} if kind else {"ID": said}
            target.setdefault("Communication", []).append(made)
            self._listed.note(made, "", self._number)
            for at, name in enumerate(made, 1):
                self._listed.note(made, name, self._number, element, at)
                self._taken.add((self._number, element, at))

    def _put(self, owner: Tree, name: str, shown: object, one: Field) -> None:
        owner[name] = shown
        if self._listed.trace is not None:
            self._listed.note(owner, name, self._number, one.element, one.component)

    def _tell(
        self, code: str, one: Field, found: str, place: tuple[int, int] | None = None,
        *, said: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        person = len(self._listed.persons) - 1 if self._group in PERSONAL else -1
        element, component = place or (one.element, one.component)
        self._listed.oddities.append(
            Oddity(code, self._number, element, component, self._path(one), found, person, said)
        )

    def _keep(self, one: Field, said: str) -> None:
        self._listed.keep(self._number, one.element, one.component, self._path(one), said)

    def _path(self, one: Field) -> str:
        above = self._listed.path(self._group)
        return f"{above}.{one.name}" if above else one.name


def _plain_sum(one: Field, target: Tree, number: str, unit: str) -> bool:
    """A short whole number of a person's baggage, said for the first time."""
    if not (number.isdecimal() and number.isascii() and len(number) <= _DIGITS_SAFE):
        return False
    shown = {"value": number, "unit": unit} if unit else {"value": number}
    several = target.get("Baggage")
    if several is None:
        target["Baggage"] = [{one.leaf: shown}]
    elif "TagID" in several[0] or one.leaf in several[0]:
        return False
    else:
        several[0][one.leaf] = shown
    return True
