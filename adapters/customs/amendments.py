"""The blocks of a correction (Amendment, 06A): what each points at, and pointers at nothing.

Rules
    A block is one change: its pointer is resolved by the profile's dialect, and the number of the
    block and its place in the file go with it. A block without a pointer states a reason only.
    A pointer that leads to no element of the model rejects the message, whatever the profile says:
    a correction of which a block is left out is another one.
What does not belong
    Whether there is anything at the end of a pointer: that depends on the version that is amended.
"""

from collections.abc import Iterator

from adapters.customs.reading import instances_of
from adapters.customs.subject import Subject
from broker.adapter import Tree
from broker.model import pointers
from broker.model.dossier import Change
from broker.model.problem import Place, Problem, cut, place_json

BLOCKS = "Amendment"


def changes_of(subject: Subject, dialect: str) -> tuple[list[Change], list[Problem]]:
    """The changes that the blocks of a body ask for, and the pointers that cannot be followed."""
    changes: list[Change] = []
    wrong: list[Problem] = []
    for number, written, place in _blocks(subject):
        pointer = pointers.from_tree(written)
        path = pointers.to_path(pointer, dialect, subject.package)
        if path:
            changes.append(_change(path, number, place))
        else:
            text, found = _words(number, pointer, written, _known(pointer, dialect, subject))
            at = f"{BLOCKS}[#{number}]"
            wrong.append(
                Problem(
                    code="wco.amendment.pointer-unknown",
                    text=text,
                    message=subject.number,
                    where=place,
                    path=f"{subject.name}.{at}",
                    pointer=subject.pointer_of(at, dialect),
                    found=found and cut(found),
                    expected="a pointer at an element, such as 42A/67A/68A[1]/23A/137",
                    hint="write each class on the way in a Pointer of its own, and the tag into "
                    "the last",
                )
            )
    return changes, wrong


def corrections_of(subject: Subject, dialect: str) -> Iterator[Change]:
    """The changes that the blocks of an authority's own correction state, of the declaration.

    Its pointers begin at the response or at the declaration. One that cannot be followed is a
    change at its own words: whoever applies the correction finds that it leads nowhere.
    """
    for number, written, place in _blocks(subject):
        pointer = pointers.from_tree(written)
        path = pointers.to_path(pointer, dialect)
        yield _change(path or _words(number, pointer, written, "")[1] or "?", number, place)


def _blocks(subject: Subject) -> Iterator[tuple[int, list[Tree], Place]]:
    """The blocks with a pointer: their number, what is written, and where they stand."""
    blocks: list[Tree] = subject.tree.get(BLOCKS, [])
    elements = instances_of(subject.element, subject.field, BLOCKS)
    for number, (block, element) in enumerate(zip(blocks, elements, strict=False), 1):
        if block.get("Pointer"):
            yield number, block["Pointer"], subject.positions.exact(element)


def _change(path: str, number: int, place: Place) -> Change:
    return Change("amend", path, {}, {**place_json(place), "block": number})


def _known(pointer: pointers.Pointer | None, dialect: str, subject: Subject) -> str:
    """The longest beginning of a pointer that leads somewhere."""
    for beginning in _beginnings(pointer or ()):
        if pointers.to_path(beginning, dialect, subject.package) is not None:
            return pointers.text(beginning)
    return ""


def _beginnings(pointer: pointers.Pointer) -> Iterator[pointers.Pointer]:
    """Its classes without the tag, then always one less."""
    classes = tuple(pointers.Step(step.section, step.number) for step in pointer)
    for length in range(len(classes), 0, -1):
        yield classes[:length]


def _words(
    number: int, pointer: pointers.Pointer | None, written: list[Tree], known: str
) -> tuple[str, str | None]:
    """What is wrong, and what stands there."""
    if pointer is None:
        steps = (str(step.get("DocumentSectionCode") or step.get("TagID")) for step in written)
        text = f"the pointer of block {number} has a step without a class, or a number that is none"
        return text, "/".join(steps)
    found = pointers.text(pointer)
    if known == found:
        return f"block {number} points at the whole declaration, and at no element of it", found
    as_far = f"only as far as {known}" if known else "at no step of it"
    return f"block {number} points at {found}, which is known {as_far}", found
