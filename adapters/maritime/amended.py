"""What a profile demands of a form that stands in no workbook, because it was amended by path.

Rules
    It is judged as a form that was filled in with it would be: letters folded, every class of the
    form there even if empty, dates and times apart.
What does not belong
    Formats of cells: a value that came by path stands in none.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from adapters.demands import About, breaches, demanded
from adapters.maritime.layout import BODY, Field, Layout
from adapters.maritime.list_problems import PACKAGE as PERSONS
from adapters.maritime.relations import related
from adapters.maritime.sheets import layout_of
from broker.adapter import Profile, Tree
from broker.model.problem import NOWHERE, Problem

_DECLARATION = "conveyance-report"


def check_declaration(body: Tree, profile: Profile) -> tuple[Problem, ...]:
    """What is demanded of a General Declaration (FAL 1)."""
    layout = layout_of(profile)
    tree = _filled_in(body, layout.forms["FAL1"].fields, layout)
    return tuple(_problems(tree, About(BODY, _DECLARATION, None), profile))


def check_crew(body: Tree, profile: Profile) -> tuple[Problem, ...]:
    """What is demanded of a crew list (FAL 5)."""
    layout = layout_of(profile)
    fields = layout.forms["FAL5"].fields
    means = body.get("BorderTransportMeans", {})
    people = [_filled_in(person, fields, layout) for person in means.get("Crew", ())]
    tree = {**body, "BorderTransportMeans": {**means, "Crew": people}}
    return tuple(_problems(tree, About(BODY, PERSONS, None), profile))


def _problems(tree: Tree, about: About, profile: Profile) -> Iterator[Problem]:
    for breach in chain(breaches(tree, profile), related(tree, profile)):
        yield demanded(breach, tree, about, profile, NOWHERE)


def _filled_in(body: Tree, fields: Iterable[Field], layout: Layout) -> Tree:
    """The tree that demands are judged on."""
    tree: Tree = _folded(body, layout)
    for field in fields:
        at = _class_of(tree, field)
        name = field.steps[-1][0]
        day, joined, clock = str(at.get(name, "")).partition("T")
        if field.how == "time" and joined:
            at[name], at[field.judged[-1][0]] = day, clock
    return tree


def _folded(value: Any, layout: Layout) -> Any:
    """The same in the letters that the readers of the state take."""
    if isinstance(value, dict):
        return {name: _folded(below, layout) for name, below in value.items()}
    if isinstance(value, list):
        return [_folded(one, layout) for one in value]
    return layout.folded(value) if isinstance(value, str) else value


def _class_of(tree: Tree, field: Field) -> Tree:
    """The class that holds a field, made if it is not there."""
    for name, number in field.steps[:-1]:
        if number is None:
            tree = tree.setdefault(name, {})
            continue
        elements: list[Tree] = tree.setdefault(name, [])
        elements.extend({} for _ in range(number - len(elements)))
        tree = elements[number - 1]
    return tree
