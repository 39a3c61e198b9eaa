"""The house style, held by test: what a rule forbids is found here, with what to do instead.

The rules are those of STYLE.md that carry the mark ▣.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.documents import parsed

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted([*ROOT.glob("broker/**/*.py"), *ROOT.glob("adapters/**/*.py")])
TESTS = sorted(ROOT.glob("tests/**/*.py"))
GENERATED = "broker/state/migrations/versions/"

LINES_MAX, FUNCTION_MAX, ARGUMENTS_MAX = 400, 60, 6
BANNED_MODULE = re.compile(
    r"^(utils?|helpers?|common|misc|base_.*|.*manager|.*handlers?|factory|.*_factory)$"
)
BANNED_CLASS = re.compile(
    r"(Manager|Handler|Factory|Helper|Util|Impl|Wrapper|Processor|Mixin)$|^(Base|Abstract)"
)
PURE = (
    "adapters/",
    "broker/model/",
    "broker/dossiers/",
    "broker/routing/",
    "broker/replies/",
    "broker/translation/step.py",
    "broker/core/step.py",
)
BROAD_ALLOWED = {
    "broker/hop.py": "a step that raises parks its record",
    "broker/workers/jobs.py": "a step that raises ends its job, and parks its record",
    "broker/delivery/drain.py": "a row that cannot be rendered is parked",
    "broker/web.py": "the HTTP edge",
    "broker/intake/accept.py": "the HTTP edge: one arrival must not take its neighbours along",
    "broker/eventlog/embedded.py": "the writer thread hands the exception to the one who waits",
}
HOMES = {
    "aiokafka": ("broker/eventlog/kafka",),
    "sqlite3": ("broker/eventlog/embedded.py", "broker/eventlog/beside.py",
                "broker/eventlog/opening.py", "broker/eventlog/copying.py"),
    "fastavro": ("broker/model/avro.py",),
    "prometheus_client": ("broker/metrics.py",),
    "structlog": ("broker/logs.py",),
    "httpx": ("broker/client.py", "broker/demo/"),
    "alembic": ("broker/state/",),
    "fastapi": ("broker/web.py", "broker/intake/http.py", "broker/delivery/feed_http.py",
                "broker/ledger/http.py", "broker/operators_http.py",
                "broker/delivery/registry_http.py"),
    "uvicorn": ("broker/serve.py", "broker/heads.py"),
    "click": ("broker/cli",),
    "yaml": ("broker/config_file.py",),
    "lxml": ("adapters/",),
    "openpyxl": ("adapters/wire/xlsx",),
    "python_calamine": ("adapters/wire/xlsx",),
}  # fmt: skip

LAYERS = (
    ("broker.cli", "broker.demo"),
    ("broker.serve",),
    ("broker.web",),
    ("broker.documentation",),
    ("broker.console",),
    ("broker.stations",),
    ("broker.plumbing", "broker.process"),
    (
        "broker.timers", "broker.crew", "broker.watching", "broker.backlog", "broker.workers",
        "broker.readiness", "broker.succession",
    ),
    ("broker.intake", "broker.translation", "broker.core", "broker.delivery"),
    ("broker.operators_http",),
    ("broker.ledger",),
    ("broker.doors", "broker.heads"),
    ("broker.gate",),
    ("broker.hop",),
    ("broker.bells",),
    ("broker.configuration",),
    ("broker.owners", "broker.profiles", "broker.coherence"),
    ("broker.dossiers", "broker.routing", "broker.replies"),
    ("broker.state",),
    ("broker.eventlog",),
    ("broker.topics",),
    ("adapters.customs", "adapters.agency", "adapters.postal", "adapters.maritime",
     "adapters.airline"),
    ("adapters.request_json",),
    ("adapters.changes",),
    ("adapters.mapping", "adapters.demands", "adapters.stated"),
    ("adapters.syntaxes", "adapters.interchange"),
    ("adapters.wire",),
    ("broker.formats",),
    ("broker.adapter",),
    ("broker.model",),
    ("broker.access", "broker.client", "broker.roles"),
    ("broker.settings", "broker.clock", "broker.logs", "broker.metrics",
     "broker.threads", "broker.window"),
    ("broker.config_file",),
    ("broker.errors",),
)  # fmt: skip
"""From top to bottom; what stands in one line are siblings that do not know each other."""


def name_of(path: Path) -> str:
    """The path from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the code with its syntax tree."""
    for path in CODE:
        if not name_of(path).startswith(GENERATED):
            yield name_of(path), parsed(path)


def module_of(name: str) -> str:
    """The dotted name of a file."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Every module a tree imports from, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a tree."""
    return (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def layer(module: str) -> tuple[int, str] | None:
    """The layer of a module, from the top, and the name it has there."""
    for height, names in enumerate(LAYERS):
        for name in names:
            if module == name or module.startswith(f"{name}."):
                return height, name
    return None


def test_no_file_is_longer_than_the_limit():
    """A file has at most 400 lines: split it by what it knows."""
    long = [
        name_of(path)
        for path in [*CODE, *TESTS]
        if not name_of(path).startswith(GENERATED)
        and len(path.read_text().splitlines()) > LINES_MAX
    ]
    assert long == []


def test_no_function_is_longer_than_the_limit():
    """A function has at most 60 lines without its docstring: push work down."""
    long = []
    for name, tree in trees():
        for function in functions(tree):
            body = function.body
            text = ast.get_docstring(function) is not None
            lines = (function.end_lineno or 0) - function.lineno + 1
            if text:
                lines -= (body[0].end_lineno or 0) - body[0].lineno + 1
            if lines > FUNCTION_MAX:
                long.append(f"{name}:{function.lineno} {function.name} ({lines})")
    assert long == []


def test_no_function_takes_more_arguments_than_the_limit():
    """A function takes at most six arguments beside self: give it a value that holds them."""
    many = []
    for name, tree in trees():
        for function in functions(tree):
            given = function.args
            taken = [*given.posonlyargs, *given.args, *given.kwonlyargs]
            count = len([one for one in taken if one.arg not in {"self", "cls"}])
            if count > ARGUMENTS_MAX:
                many.append(f"{name}:{function.lineno} {function.name} ({count})")
    assert many == []


def test_no_module_or_class_has_a_name_that_says_nothing():
    """No utils, helpers, Manager or Base: find the noun."""
    modules = [name_of(path) for path in CODE if BANNED_MODULE.match(path.stem)]
    classes = [
        f"{name}: {node.name}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and BANNED_CLASS.search(node.name)
    ]
    assert modules + classes == []


def test_the_broker_never_imports_adapters():
    """A family comes in through its entry point, built-ins like anyone's."""
    wrong = [
        name
        for name, tree in trees()
        if name.startswith("broker/")
        and any(module.split(".")[0] == "adapters" for module in imports_of(tree))
    ]
    assert wrong == []


def test_imports_go_down_the_list_never_up():
    """Each module imports from lower layers only; siblings do not know each other."""
    wrong = []
    for name, tree in trees():
        mine = layer(module_of(name))
        if mine is None:
            assert name in {"broker/__init__.py", "adapters/__init__.py"}, name
            continue
        for module in imports_of(tree):
            theirs = layer(module)
            if theirs is None or theirs[1] == mine[1]:
                continue
            if theirs[0] <= mine[0]:
                wrong.append(f"{name} imports {module}")
    assert wrong == []


def test_an_init_is_a_docstring_and_re_exports():
    """An __init__ holds a docstring, or that and re-exports."""
    wrong = [
        name
        for name, tree in trees()
        if name.endswith("__init__.py")
        and not all(
            isinstance(node, ast.ImportFrom)
            or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
            for node in tree.body
        )
    ]
    assert wrong == []


def test_modules_never_import_from_their_own_package_init():
    """A module names the module it needs, not its package."""
    wrong = []
    for name, tree in trees():
        package = module_of(name).rpartition(".")[0]
        inits = {package} if not name.endswith("__init__.py") else set()
        siblings = {path.stem for path in (ROOT / package.replace(".", "/")).glob("*")}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in inits:
                wrong += [
                    f"{name}: {alias.name}" for alias in node.names if alias.name not in siblings
                ]
    assert wrong == []


def test_there_is_no_import_cycle():
    """Modules can be put in an order in which each imports only earlier ones."""
    modules = {module_of(name): tree for name, tree in trees()}
    graph = {
        module: {
            one
            for one in imports_of(tree)
            # Importing a sibling names the package on the way; another rule holds its __init__.
            if one in modules and one != module and not module.startswith(f"{one}.")
        }
        for module, tree in modules.items()
    }
    done: set[str] = set()
    while len(done) < len(graph):
        ready = {name for name, needs in graph.items() if name not in done and needs <= done}
        assert ready, sorted(set(graph) - done)
        done |= ready


def test_each_outside_library_has_one_home():
    """A library is imported in its home only, so that it can be changed there."""
    wrong = [
        f"{name} imports {module}"
        for name, tree in trees()
        for module in imports_of(tree)
        if (homes := HOMES.get(module.split(".")[0])) and not name.startswith(homes)
    ]
    assert wrong == []


def test_sqlalchemy_stays_in_the_state_but_for_its_connection_type():
    """Statements are written in broker/state; elsewhere only the type Connection is named."""
    wrong = []
    for name, tree in trees():
        if name.startswith("broker/state/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                wrong += [f"{name}: {one.name}" for one in node.names if one.name != "Connection"]
            if isinstance(node, ast.Import):
                wrong += [name for one in node.names if one.name.startswith("sqlalchemy")]
    assert wrong == []


def test_pure_rooms_do_not_wait_read_or_look_at_the_clock():
    """Pure rooms have no async, open, socket, clock, randomness, environment, log or metric."""
    banned = {"asyncio", "socket", "time", "random", "secrets", "os", "logging", "subprocess",
              "broker.logs", "broker.metrics", "threading", "pathlib"}  # fmt: skip
    wrong = []
    for name, tree in trees():
        if not name.startswith(PURE):
            continue
        wrong += [f"{name} imports {one}" for one in imports_of(tree) if one in banned]
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncFunctionDef | ast.Await):
                wrong.append(f"{name}:{node.lineno} async")
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"open", "print", "input"}:
                wrong.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
    assert wrong == []


def test_time_and_randomness_are_drawn_in_the_clock_only():
    """datetime.now, time.time, uuid4 and random appear in broker/clock.py only."""
    pattern = re.compile(
        r"\b(datetime\.(now|utcnow|today)|time\.(time|monotonic|time_ns)|uuid[14]|"
        r"import random|import secrets|os\.urandom)\b"
    )
    wrong = [
        name_of(path)
        for path in CODE
        if name_of(path) != "broker/clock.py" and pattern.search(path.read_text())
    ]
    assert wrong == []


def test_tasks_are_made_by_groups_only():
    """No bare asyncio.create_task: a TaskGroup sees its tasks end."""
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "asyncio.create_task"
    ]
    assert wrong == []


def test_broad_excepts_stand_at_the_edges_only():
    """`except Exception` stands in the hop, the drain and at the edges, each for a reason."""
    wrong = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            kinds = ast.unparse(node.type) if node.type else "bare"
            broad = re.search(r"\b(bare|Exception|BaseException)\b", kinds)
            if broad and name not in BROAD_ALLOWED:
                wrong.append(f"{name}:{node.lineno}")
    assert wrong == []


def test_classes_inherit_only_what_they_may():
    """Inherit from Protocol, Exception, Enum, NamedTuple, pydantic's or our own fault and model."""
    allowed = {"Protocol", "Exception", "Enum", "StrEnum", "NamedTuple", "BaseModel", "Canonical",
               "BrokerError", "TypedDict",
               "HttpToolsProtocol", "ConsumerRebalanceListener"}  # fmt: skip
    wrong = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base).split("[")[0].split(".")[-1] for base in node.bases}
                odd = {base for base in bases - allowed if not base.endswith("Fault")}
                wrong += [f"{name}: {node.name}({base})" for base in odd]
    assert wrong == []


def test_the_tree_of_faults_is_drawn_and_small():
    """broker/errors.py draws its classes, has at most 17, and each says its three things."""
    tree = ast.parse((ROOT / "broker/errors.py").read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    drawn = ast.get_docstring(tree) or ""
    assert len(classes) <= 17
    assert [node.name for node in classes if node.name not in drawn] == []
    for node in classes[1:]:
        said = {ast.unparse(one.targets[0]) for one in node.body if isinstance(one, ast.Assign)}
        assert "code" in said, node.name


def test_lines_keep_to_the_limit():
    """A line has at most 100 columns, the tools' own remarks at its end not counted."""
    remark = re.compile(r"\s*# (noqa|type: ignore|fmt: skip).*$")
    wrong = [
        f"{name_of(path)}:{number}"
        for path in [*CODE, *TESTS]
        if not name_of(path).startswith(GENERATED)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(remark.sub("", line)) > 100
    ]
    assert wrong == []
