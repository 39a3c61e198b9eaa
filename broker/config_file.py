"""A file of the configuration: its values, the line of each, and what is wrong with it as a file.

Rules
    YAML is read here only, by the library's own loader; the nodes it composes know their lines.
    Whatever the bytes are, the result is values or findings. A value that YAML takes for something
    else than what is written (0603 is the number 387, NO is false) is a finding, because in codes
    it always is a mistake; so is a key that occurs twice, of which YAML keeps the last.
What does not belong
    What a file may hold (the models), and which files there are (`broker.configuration`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
import yaml
from pydantic import ValidationError

FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same values by the same rules, in C: every process reads a hundred files when it starts."""
JSON_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS

_INT, _BOOL = "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool"
_TEXT = "tag:yaml.org,2002:str"
_STEP = re.compile(r"\.?\[?([0-9]+)\]?(?=[.\[]|$)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9_]*|0[bx][0-9a-fA-F_]+)")
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_TO_DO = {
    "missing": "add it",
    "extra_forbidden": "remove it, or correct its name",
    "string_type": "write it in quotes",
    "tuple_type": "write a list: [a, b]",
    "list_type": "write a list: [a, b]",
    "dict_type": "write 'key: value'",
    "mapping_type": "write 'key: value'",
    "model_type": "write 'key: value'",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a file of the configuration, as a value.

    `path` is in the file: `rules[2].view`; `text` names the value and what to do, or what is known
    instead. Lines and columns count from 1; 0: it concerns the file as a whole.
    """

    file: str
    path: str
    text: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        places = [str(place) for place in (self.line, self.column) if place]
        return f"{':'.join([self.file, *places])}: {self.path}: {self.text}"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file as it was read; `values` None: it is empty, or its findings say why not."""

    name: str
    values: Any = None
    findings: tuple[Finding, ...] = ()
    root: yaml.Node | None = None

    def located(self, finding: Finding) -> Finding:
        """The finding with the line of its path, or of what holds what is missing."""
        if finding.line or finding.file != self.name or self.root is None:
            return finding
        return replace(finding, line=_line(self.root, finding.path))


def parse(name: str, content: bytes) -> ConfigFile:
    """The file of this name; whatever is wrong with its bytes is in its findings."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return ConfigFile(name, None, (_other_encoding(name, content, error),))
    try:
        root, values, findings = _loaded(name, text)
    except yaml.YAMLError as error:
        return ConfigFile(name, None, (_syntax(name, text, error),))
    except RecursionError:
        wrong = Finding(name, "file", "is nested too deeply to be read; write it flatter")
        return ConfigFile(name, None, (wrong,))
    return ConfigFile(name, values, findings, root)


def refused(file: str, error: ValidationError, *, shows: bool = True) -> list[Finding]:
    """What a model refused of a file, with what to do; `shows`: with the value that was found."""
    findings = []
    for wrong in error.errors():
        path = ".".join(str(step) for step in wrong["loc"]) or "file"
        fault, text = wrong["type"], wrong["msg"].lower()
        if shows and fault not in {"missing", "extra_forbidden"}:
            text += f", not {_short(wrong['input'])}"
        findings.append(Finding(file, path, f"{text}; {_TO_DO.get(fault, 'correct it')}"))
    return findings


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _loaded(name: str, text: str) -> tuple[yaml.Node | None, Any, tuple[Finding, ...]]:
    """Nodes, values and findings. The parser in Python says better where a mistake is."""
    try:
        return _composed(FAST(text), name)
    except yaml.YAMLError:
        return _composed(yaml.SafeLoader(text), name)


def _composed(loader: Any, name: str) -> tuple[yaml.Node | None, Any, tuple[Finding, ...]]:
    try:
        root = loader.get_single_node()
        if root is None:
            return None, None, ()
        findings = [finding for node in _nodes(root) for finding in _odd(loader, name, node)]
        try:
            values = loader.construct_document(root)
        except (ValueError, OverflowError):  # of a scalar, whose finding says which
            return root, None, tuple(findings)
    finally:
        loader.dispose()
    try:
        orjson.dumps(values, option=JSON_OPTIONS)
    except TypeError as error:
        text = f"holds what is neither text, number, list nor map ({error}); write it in quotes"
        findings.append(Finding(name, "file", text))
        values = None
    return root, values, tuple(findings)


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """Every node once, also where aliases go in a circle."""
    waiting, seen = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        yield node
        below: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            below = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            below = list(node.value)
        waiting += [part for part in reversed(below) if id(part) not in seen]
        seen.update(id(part) for part in below)


def _odd(loader: Any, name: str, node: yaml.Node) -> Iterator[Finding]:
    """What a node holds that cannot be meant."""
    if isinstance(node, yaml.MappingNode):
        yield from _twice(name, node)
    elif isinstance(node, yaml.ScalarNode) and not node.style and node.tag != _TEXT:
        try:
            value = loader.construct_object(node)
        except yaml.YAMLError:
            loader.recursive_objects.pop(node, None)
            return  # a tag that is not known: constructing the whole says so with its place
        except (ValueError, OverflowError) as error:
            loader.recursive_objects.pop(node, None)
            text = f"{node.value[:60]!r}: {error}; correct it, or write it in quotes"
            yield _at(name, node, "value", text)
            return
        if text := _misread(node, value):
            yield _at(name, node, "unquoted", text)


def _misread(node: yaml.ScalarNode, value: Any) -> str:
    """Why an unquoted value is not what is written."""
    written = node.value
    if node.tag == _BOOL and written.lower() not in {"true", "false"}:
        meant = "true" if value else "false"
        return f"{written} is read as {meant}; write '{written}' in quotes, or {meant}"
    if node.tag == _INT and not _NUMBER.fullmatch(written):
        return f"{written} is read as the number {value}; write '{written}' in quotes"
    if node.tag == _INT and abs(value) >= 1 << 63:
        return f"{written} is too large for a number; write '{written}' in quotes"
    return ""


def _twice(name: str, node: yaml.MappingNode) -> Iterator[Finding]:
    first: dict[tuple[str, str], yaml.Node] = {}
    for key, _value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        before = first.setdefault((key.tag, key.value), key)
        if before is not key:
            lines = f"{before.start_mark.line + 1} and {key.start_mark.line + 1}"
            text = f"the key {key.value[:60]!r} occurs twice, on lines {lines}; remove one of them"
            yield _at(name, key, "key", text)


def _at(name: str, node: yaml.Node, path: str, text: str) -> Finding:
    mark = node.start_mark
    return Finding(name, path, text, mark.line + 1, mark.column + 1)


def _syntax(name: str, text: str, error: yaml.YAMLError) -> Finding:
    """Where the syntax is broken, and why."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        reason = f"the character U+{ord(text[error.position]):04X} may not occur; remove it"
        return Finding(name, "syntax", reason, line, column)
    mark = getattr(error, "problem_mark", None)
    parts = [getattr(error, "context", None), getattr(error, "problem", None)]
    reason = ", ".join(str(part) for part in parts if part) or str(error)
    reason = f"cannot be read as YAML: {reason}; correct it there"
    if mark is None:
        return Finding(name, "syntax", reason)
    return Finding(name, "syntax", reason, mark.line + 1, mark.column + 1)


def _other_encoding(name: str, content: bytes, error: UnicodeDecodeError) -> Finding:
    encoding = _BOMS.get(content[:2])
    if encoding:
        text = f"is written in {encoding}; save it as UTF-8"
        return Finding(name, "encoding", text, 1, 1)
    before = content[: error.start]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    text = f"the byte {content[error.start]:02X} is not UTF-8; save the file as UTF-8"
    return Finding(name, "encoding", text, line, column)


def _line(root: yaml.Node, path: str) -> int:
    """The line of the deepest node on this path that there is."""
    node, rest, line = root, path, root.start_mark.line + 1
    while True:
        step = _below(node, rest)
        if step is None:
            return int(line)
        line, node, rest = step


def _below(node: yaml.Node, path: str) -> tuple[int, yaml.Node, str] | None:
    """Line and node one step down the path, and the rest of it. Keys may hold dots."""
    if isinstance(node, yaml.SequenceNode):
        step = _STEP.match(path)
        if step is None or int(step[1]) >= len(node.value):
            return None
        item = node.value[int(step[1])]
        return item.start_mark.line + 1, item, path[step.end() :]
    if not isinstance(node, yaml.MappingNode):
        return None
    rest = path.removeprefix(".")
    fits = [
        (key, value)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode)
        and (rest == key.value or rest.startswith((f"{key.value}.", f"{key.value}[")))
    ]
    if not fits:
        return None
    key, value = max(fits, key=lambda pair: len(pair[0].value))
    return key.start_mark.line + 1, value, rest[len(key.value) :]
