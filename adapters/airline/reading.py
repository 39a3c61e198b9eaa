"""One walk over the segments of a PAXLST: the plain tree, and everything that did not fit.

Rules
    One pass. The plain segments of persons (most of a list) are placed by the loop itself, all
    others by the rules of the table.
    Order inside a group is not asked for: NAD begins a person, DOC a document, TDT a leg, LOC in
    the header a call; everything else belongs to the last of its group.
    A person keeps the number he has in the message, whoever is left out later.
    An airport that the flight has left takes no arrival: that is another airport's.
    What has no place in the model is left over, never lost.
What does not belong
    Legs (legs), single values (placing), problems in words (report), what a message does
    (drafting).
"""

from collections.abc import Mapping
from itertools import islice

from adapters.airline.legs import border_leg, day_of, has_left
from adapters.airline.listed import Listed, Oddity, Person, Trace
from adapters.airline.moment import to_day
from adapters.airline.placing import Placing
from adapters.airline.table import PERSON_CLASSES, PlainRow, Rule, ShortRow, paxlst
from adapters.wire.edifact import MessageIn, Segment, value
from broker.adapter import Tree
from broker.model.paths import leaves

_BLANK = [""]
_BEGIN = frozenset({"NAD", "DOC"})
_OF_THE_LIST = frozenset({"CNT", "AUT"})
_BEFORE = {"document": "DOC", "submitter": "NAD+MS", "call": "LOC"}
"""What a segment of a group stands behind."""
_SHOWN = 32
PERSONS_MAX = 9_999


def read_list(message: MessageIn, years: Mapping[str, int], trace: Trace | None = None) -> Listed:
    """What a message says. `years`: how far behind the flight each day of a person may lie."""
    return _Reader(message, years, trace).read()


class _Reader:
    """Reads one message."""

    def __init__(self, message: MessageIn, years: Mapping[str, int], trace: Trace | None) -> None:
        self._message = message
        self._table = paxlst()
        self._roles = self._table.roles
        self._rules = self._table.header
        self._numbers = dict.fromkeys(PERSON_CLASSES, 0)
        self._document: Tree | None = None
        self._nothing: list[tuple[Tree, str, int]] = []
        self._totals: Tree = {}
        self._unknown: set[str] = set()
        self.listed = Listed(trace=trace)
        self._placing = Placing(self.listed, years)

    def read(self) -> Listed:
        """What stands between UNH and UNT."""
        segments = self._message.segments
        if self._message.cut:
            segments = segments[:-1]
        self.listed.note(self.listed.tree, "", 1)
        at = 1
        while at < len(segments) and not self._begins_person(segments[at]):
            self._segment(segments[at], at + 1)
            at += 1
        self._placing.flight = day_of(self.listed.calls)
        self._walk(segments[at : self._end(segments, at)], at + 1)
        if self._message.cut:
            above = self.listed.persons[-1].path if self.listed.persons else ""
            lost = self._message.segments[-1]
            self._leave(lost, len(segments) + 1, _step(above, lost))
        self._repeated()
        self._finish()
        return self.listed

    def _walk(self, segments: list[Segment], first: int) -> None:
        """The fast loop: plain segments are placed here, all others by their rules."""
        plains: Mapping[str, PlainRow] = {}
        person: Tree = {}
        document: Tree = {}
        trace, years, flight = self.listed.trace, self._placing.years, self._placing.flight
        for number, segment in enumerate(segments, first):
            tag = segment[0][0]
            size = len(segment)
            if size > 1 and (plain := plains.get(tag + segment[1][0])) and size == plain[0]:
                _size, of_document, name, element, component, width, limit, dated, blank = plain
                values = segment[element]
                if component < len(values) <= width and (not blank or segment[blank] == _BLANK):
                    said: str | None = values[component].strip()
                    if not said:
                        continue
                    target = document if of_document else person
                    if name not in target and len(said) <= limit:
                        if dated:
                            code = values[component + 1] if len(values) > component + 1 else ""
                            said = to_day(said, code, flight, years[name])
                        if said is not None:
                            target[name] = said
                            if trace is not None:
                                trace[id(target), name] = (number, element, component + 1)
                            continue
            if tag in _BEGIN:
                plains = self._begin(tag, segment, number)
                person = self.listed.persons[-1].tree
                document = {} if self._document is None else self._document
            else:
                self._segment(segment, number)

    def _begin(self, tag: str, segment: Segment, number: int) -> Mapping[str, PlainRow]:
        """A person or a document; the plain rows that hold from here on."""
        listed, table = self.listed, self._table
        if tag == "NAD":
            said = _short(segment, table.person)
            name = self._roles.get(segment[1][0]) if said else None
            if said is None or name is None:
                self._segment(segment, number)
                return self._plains()
            count = self._numbers[name] + 1
            self._numbers[name] = count
            self._rules, self._document = table.persons[name], None
            owner = {"SequenceNumeric": str(count), **said}
            listed.persons.append(Person(name, owner, number))
            plains = table.plains[name]
        else:
            said = _short(segment, table.document)
            if said is None:
                self._segment(segment, number)
                return self._plains()
            owner = self._document = said
            person = listed.persons[-1]
            if "AdditionalDocument" in person.tree:
                person.tree["AdditionalDocument"].append(said)
            else:
                person.tree["AdditionalDocument"] = [said]
            plains = table.with_document[person.name]
        if listed.trace is not None:
            self._note_short(owner, table.person if tag == "NAD" else table.document, number)
        return plains

    def _end(self, segments: list[Segment], at: int) -> int:
        """Where reading ends: after more persons than any aircraft holds, else at the end."""
        if len(segments) - at > PERSONS_MAX:
            begun = (
                number for number in range(at, len(segments)) if segments[number][0][0] == "NAD"
            )
            beyond = next(islice(begun, PERSONS_MAX, None), None)
            if beyond is not None:
                told = Oddity("paxlst.persons-too-many", beyond + 1, 0, 0, "", f"{PERSONS_MAX}")
                self.listed.oddities.append(told)
                return beyond
        return len(segments)

    def _plains(self) -> Mapping[str, PlainRow]:
        table = self._table
        by_class = table.plains if self._document is None else table.with_document
        return by_class[self.listed.persons[-1].name]

    def _note_short(self, owner: Tree, short: ShortRow, number: int) -> None:
        """Where the values of a short form stand."""
        self.listed.note(owner, "", number)
        self.listed.note(owner, "SequenceNumeric", number)
        size, first, _width, _blanks, names, _limit = short
        self.listed.note(owner, first, number, 1, 1)
        for at, name in enumerate(names, 1):
            self.listed.note(owner, name, number, size - 1, at)

    def _begins_person(self, segment: Segment) -> bool:
        """Whether it is NAD of a person, or of nobody known where only persons can stand."""
        if segment[0][0] != "NAD":
            return False
        role = value(segment, 1)
        return role in self._roles or bool(self.listed.legs and role != "MS")

    def _segment(self, segment: Segment, number: int) -> None:
        """Any segment by its rule; what no rule takes is left over."""
        tag = segment[0][0]
        qualifier = segment[1][0] if len(segment) > 1 else ""
        rule = self._rules.get(tag + qualifier)
        if rule is not None and not rule.opens:
            target = self._target(rule)
            if not (
                rule.bag and target is not None and self._placing.bag(rule.bag, segment, target)
            ):
                self._take(rule, segment, number, target)
        elif tag != "UNT":
            self._other(segment, number, qualifier)

    def _other(self, segment: Segment, number: int, qualifier: str) -> None:
        """A segment that begins something, or that no rule takes by its qualifier."""
        tag = segment[0][0]
        begun = tag == "NAD" and self._begins_person(segment)
        if begun:
            self._person(qualifier, number)
        rule = self._rules.get(tag + qualifier) or self._rules.get(tag + "*")
        if rule is None or (tag == "NAD" and rule.group == "person" and not begun):
            self._not_known(segment, qualifier, number)
            return
        target = self._open(rule, segment, number) if rule.opens else self._target(rule)
        self._take(rule, segment, number, target)

    def _take(self, rule: Rule, segment: Segment, number: int, target: Tree | None) -> None:
        """Places what the rule knows of a segment, and leaves the rest over."""
        if target is None:
            path, persons = self.listed.path(rule.group), len(self.listed.persons)
            kind = f"{rule.tag}+{rule.qualifier}".removesuffix("+*")
            self.listed.oddities.append(
                Oddity("element.misplaced", number, 0, 0, path, kind, persons - 1,
                       (_BEFORE[rule.group],))
            )  # fmt: skip
            self._leave(segment, number, _step(path, segment))
            return
        self._placing.place(rule, segment, number, target)
        if len(segment) <= len(rule.widths):
            for values, width in zip(segment, rule.widths, strict=False):
                if len(values) > width and values != _BLANK:
                    break
            else:
                return
        self._leave(segment, number, _step(self.listed.path(rule.group), segment), rule)

    def _person(self, role: str, number: int) -> Tree:
        name = self._roles.get(role, PERSON_CLASSES[0])
        self._rules = self._table.persons[name]
        self._document = None
        self._numbers[name] += 1
        tree: Tree = {"SequenceNumeric": str(self._numbers[name])}
        self.listed.persons.append(Person(name, tree, number))
        if self.listed.trace is not None:
            self.listed.note(tree, "", number)
            self.listed.note(tree, "SequenceNumeric", number)
        if role not in self._roles:
            path = f"{self.listed.persons[-1].path}.RoleCode"
            self._tell("paxlst.role-unknown", number, path, role)
        return tree

    def _target(self, rule: Rule) -> Tree | None:
        """What the values of a segment belong to; None where nothing of the kind has begun."""
        listed = self.listed
        match rule.group:
            case "person" | "passenger" | "crew":
                return listed.persons[-1].tree
            case "document":
                return self._document
            case "submitter":
                return listed.tree.get("Submitter")
            case "call":
                call = listed.calls[-1] if listed.calls else None
                arrives = rule.fields[0].name == "ArrivalDateTime"
                return None if call and arrives and has_left(call) else call
            case "total":
                return self._totals
        return listed.tree

    def _open(self, rule: Rule, segment: Segment, number: int) -> Tree:
        """Begins one of a class."""
        listed = self.listed
        made: Tree = {}
        match rule.opens:
            case "AdditionalDocument":
                return self._open_document(rule, segment, number)
            case "Submitter":
                made = listed.tree.setdefault("Submitter", made)
            case "leg":
                listed.legs.append(made)
                listed.leg_segments.append(number)
            case "Itinerary":
                listed.calls.append(made)
                listed.leg_of.append(len(listed.legs) - 1)
                made["SequenceNumeric"] = str(len(listed.calls))
                listed.note(made, "SequenceNumeric", number)
            case _:
                return listed.persons[-1].tree
        listed.note(made, "", number)
        return made

    def _open_document(self, rule: Rule, segment: Segment, number: int) -> Tree:
        """A document; one without type and number is none, and what is said of it is left over."""
        person = self.listed.persons[-1]
        made: Tree = {}
        self._document = made
        places = ((1, 1), (2, 1), *((one.element, one.component) for one in rule.astray))
        if any(value(segment, *place).strip() for place in places):
            person.tree.setdefault("AdditionalDocument", []).append(made)
            self.listed.note(made, "", number)
            return made
        path = f"{person.path}.AdditionalDocument"
        self._tell("paxlst.document-empty", number, path, "")
        self._nothing.append((made, path, number))
        return made

    def _tell(self, code: str, number: int, path: str, found: str) -> None:
        person = len(self.listed.persons) - 1
        element = 1 if found else 0
        self.listed.oddities.append(Oddity(code, number, element, element, path, found, person))

    def _not_known(self, segment: Segment, qualifier: str, number: int) -> None:
        """Told once for each kind of segment, left over each time."""
        tag, persons = segment[0][0], self.listed.persons
        above = persons[-1].path if persons and tag not in _OF_THE_LIST else ""
        kind = f"{tag}+{qualifier}"[:_SHOWN].rstrip("+")
        if kind not in self._unknown and len(tag) == 3 and tag.isalnum():
            self._unknown.add(kind)
            self.listed.oddities.append(Oddity("element.unknown", number, 0, 0, above, kind))
        self._leave(segment, number, _step(above, segment))

    def _leave(self, segment: Segment, number: int, path: str, rule: Rule | None = None) -> None:
        """Keeps what the rule does not know of a segment."""
        known = rule.known if rule else frozenset()
        for element in range(1, len(segment)):
            for component, said in enumerate(segment[element], 1):
                if said.strip() and (element, component) not in known:
                    if rule is not None and self._placing.took(number, element, component):
                        continue
                    self.listed.keep(number, element, component, path, said)

    def _repeated(self) -> None:
        """Repetitions of an element: the first was read, the others are left over."""
        for (number, element), several in self._message.repeats.items():
            for values in several[1:]:
                for component, said in enumerate(values, 1):
                    if said:
                        tag = self._message.segments[number - 1][0][0]
                        self.listed.keep(number, element, component, f"{tag}[#{number}]", said)

    def _finish(self) -> None:
        """The leg that crosses the border is the means of transport; the rest hangs below it."""
        listed = self.listed
        for made, path, number in self._nothing:
            for below, said in leaves(made):
                self.listed.keep(number, 0, 0, f"{path}.{below}", said)
        means = border_leg(listed)
        for name, total in self._totals.items():
            means[name] = total
            listed.note_again(self._totals, means, name)
        if listed.calls:
            means["Itinerary"] = listed.calls
        for name in PERSON_CLASSES:
            own = [person.tree for person in listed.persons if person.name == name]
            if own:
                means[name] = own
        if means:
            listed.tree["BorderTransportMeans"] = means


def _short(segment: Segment, short: ShortRow) -> Tree | None:
    """The values of a segment that is written in the short form; None for any other."""
    size, first, width, blanks, names, limit = short
    if len(segment) != size or segment[2:-1] != blanks:
        return None
    what, values = segment[1], segment[-1]
    kind = what[0]
    if not kind or kind.strip() != kind or len(what) > width or len(values) > len(names):
        return None
    made: Tree = {first: kind}
    for name, said in zip(names, values, strict=False):
        kept = said.strip()
        if kept:
            if len(kept) > limit:
                return None
            made[name] = kept
    return made


def _step(path: str, segment: Segment) -> str:
    """A path for what a segment says beside its known values: `DTM[500]`."""
    tag, qualifier = segment[0][0], value(segment, 1)
    name = tag if tag.isalnum() else "segment"
    shown = f"{name}[{qualifier[:_SHOWN]}]" if qualifier.isalnum() else name
    return f"{path}.{shown}" if path else shown
