"""The maps, roads and rules of the documents, held to the code."""

import ast
import re
from pathlib import Path

import pytest

from broker.model.answer import ANSWER_STATUSES
from tests.documents import DOCUMENTS, ROOT, document, first, rows, section, ticked, trees

HELD = {
    1: ("test_no_file_is_longer_than_the_limit", "test_no_function_is_longer_than_the_limit",
        "test_no_function_takes_more_arguments_than_the_limit", "test_lines_keep_to_the_limit"),
    2: ("test_no_module_or_class_has_a_name_that_says_nothing",),
    3: ("test_the_broker_never_imports_adapters", "test_imports_go_down_the_list_never_up",
        "test_there_is_no_import_cycle"),
    4: ("test_an_init_is_a_docstring_and_re_exports",
        "test_modules_never_import_from_their_own_package_init"),
    5: ("test_each_outside_library_has_one_home",
        "test_sqlalchemy_stays_in_the_state_but_for_its_connection_type"),
    8: ("test_classes_inherit_only_what_they_may",),
    10: ("test_pure_rooms_do_not_wait_read_or_look_at_the_clock",),
    11: ("test_time_and_randomness_are_drawn_in_the_clock_only",),
    12: ("test_tasks_are_made_by_groups_only",),
    17: ("test_the_tree_of_faults_is_drawn_and_small",),
    19: ("test_broad_excepts_stand_at_the_edges_only",),
    29: ("test_the_project_speaks_of_the_project_alone",),
    37: ("test_tests_mirror_the_tree",),
    38: ("test_every_test_says_in_a_sentence_what_it_proves",),
    41: ("test_every_switched_off_check_has_its_reason",),
    42: ("test_the_lock_names_hashes_and_no_addresses",),
    43: ("test_the_top_level_holds_only_what_it_may",),
}  # fmt: skip
"""The rules of STYLE.md that carry the mark, and the tests that hold them."""


def test_every_step_of_the_road_names_a_function_that_is_there():
    """Each step of a message, there and back, names a file and a function in it."""
    for title in ("What happens to one message", "And back"):
        steps = rows(section("ARCHITECTURE", title))
        assert steps
        for step in steps:
            path, function = ticked(step[0])[0], ticked(step[1])[0]
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            assert function in _functions(tree), f"{path} {function}"


def _functions(tree: ast.Module) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = {node.name for node in tree.body if isinstance(node, kinds)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, kinds)}
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(name: str):
    """Files and folders in back-ticks, and documents that are linked, exist."""
    text = document(name)
    named = [
        one
        for one in ticked(text.replace("```", ""))
        if re.fullmatch(r"(broker|adapters|config|tests|\.ci)/[\w./-]*", one)
    ]
    named += re.findall(r"\]\(([A-Z]+\.md)\)", text)
    assert [one for one in named if not (ROOT / one).exists()] == []


def test_every_room_is_on_the_maps():
    """ARCHITECTURE.md and the heads of `broker` and `adapters` name every folder and module."""
    drawn = " ".join(first(section("ARCHITECTURE", "The map")))
    for package in ("broker", "adapters"):
        head = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text())) or ""
        words = set(re.findall(r"\w+", head))
        for path in sorted((ROOT / package).iterdir()):
            if path.stem.startswith("__") or (path.is_file() and path.suffix != ".py"):
                continue
            assert path.stem in words, f"{package}/__init__.py: {path.stem}"
            assert f"{package}/{path.name}" in drawn, f"ARCHITECTURE.md: {path.name}"


@pytest.mark.parametrize(
    "room", sorted(ROOT.glob("*/*/__init__.py")), ids=lambda one: one.parent.name
)
def test_every_room_has_a_map_of_its_modules(room: Path):
    """The head of a package names its modules; the tables' has one file for each noun."""
    head = ast.get_docstring(ast.parse(room.read_text(encoding="utf-8"))) or ""
    modules = {path.stem for path in room.parent.glob("[a-z]*.py")}
    assert room.parent.name == "state" or modules <= set(re.findall(r"\w+", head))


def test_places_that_are_filled_by_a_run_are_there():
    """README.md holds the demo's output, ARCHITECTURE.md the figures, between their marks."""
    assert re.search(
        r"<!-- demo -->\n```console\n\$ make demo\n.+\n```\n<!-- /demo -->",
        document("README"),
        re.DOTALL,
    )
    assert re.search(r"<!-- bench -->\n.*<!-- /bench -->", document("ARCHITECTURE"), re.DOTALL)


def test_statuses_of_an_answer_are_listed():
    """README.md lists what an agency may answer."""
    sentence = re.search(r"`status` is one of (.*?)\. ", document("README").replace("\n", " "))
    assert sentence
    assert tuple(ticked(sentence[1])) == ANSWER_STATUSES


def test_the_mark_stands_at_rules_that_a_test_holds():
    """STYLE.md marks the rules that the house rules hold, and every house rule is one of them."""
    marked = {int(one) for one in re.findall(r"^(\d+)\. ▣", document("STYLE"), re.MULTILINE)}
    assert marked == set(HELD)
    there = {
        node.name
        for name in ("test_house_rules.py", "test_house_project.py")
        for node in ast.parse((ROOT / "tests" / name).read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert {one for tests in HELD.values() for one in tests} == there


def test_five_files_may_catch_everything():
    """STYLE.md and ARCHITECTURE.md name the files in which `except Exception` stands."""
    caught = {
        path.relative_to(ROOT).as_posix()
        for path, tree in trees("broker", "adapters")
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and node.type is not None
        and ast.unparse(node.type) in {"Exception", "BaseException"}
    }
    sentence = re.search(
        r"- \*\*`except Exception` stands in six files\*\*(.*?)\n- ",
        document("ARCHITECTURE"),
        re.DOTALL,
    )
    assert sentence
    assert {one for one in ticked(sentence[1]) if "/" in one} == caught
