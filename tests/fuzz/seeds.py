"""What is mutated: the families' samples, composed replies, and the real messages of the corpus.

A seed has a name from which its bytes can be had again, so that a failure can be told without
them: `sample <family> <kind> <items> <number>`, `flawed <family> <items> <number>`,
`written <name>`, `corpus <path>`, `bytes <hex>`.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import orjson

from adapters.customs.wco_dec import WcoDec
from broker.adapter import Adapter, Original, Outgoing, Reference, Stamp
from broker.configuration import Configuration, read
from broker.model.problem import Problem

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
SURE = 50
"""From this certainty on an adapter means what it recognises."""

ANSWER = {
    "id": "SEED-1",
    "delivery": "d_seed",
    "references": [["MRN", "26QZEXAMPLE0000001"]],
    "answers": [
        {"subject": {"item": 3}, "check": "H219", "status": "held", "native": "C02",
         "reasons": ["in words", {"code": "R1", "text": "by code"}],
         "wanted": [{"type": "N851", "text": "a certificate"}], "conditions": ["keep apart"],
         "valid_until": "2026-11-24T12:00:00Z"},
        {"subject": {"path": "GoodsShipment.Consignment"}, "status": "released"},
        {"status": "acknowledged"},
    ],
}  # fmt: skip


@cache
def configuration() -> Configuration:
    """The sample state's, with every family that is installed."""
    return read(ROOT / "config")


def adapters() -> dict[str, Adapter]:
    """Every installed adapter by its format."""
    return configuration().adapters


def payload_of(name: str) -> bytes:
    """The bytes that a seed's name stands for; a file of the corpus that is absent is a fault."""
    how, _, rest = name.partition(" ")
    if how == "bytes":
        return bytes.fromhex(rest)
    if how == "corpus":
        return (CORPUS / rest).read_bytes()
    if how == "written":
        return _written()[rest]
    *words, items, number = rest.split(" ")
    family = configuration().families[words[0]]
    about = {"items": int(items), "number": int(number), "seed": 0}
    if how == "flawed":
        assert family.flawed
        return family.flawed(**about)[0]
    return family.samples[" ".join(words[1:])](**about)


@cache
def _written() -> dict[str, bytes]:
    """Messages that no family composes: an agency's answers."""
    profile = configuration().profile_of("uk-cds", "UK CDS WCO-DEC 3.6", "2026-01-01")
    problem = Problem("value.missing", "a value is missing", path="Declaration.ID")
    stamp, references = Stamp("d_seed", "2026-11-02T09:00:00Z"), (Reference("LRN", "SEED1"),)
    told = {
        "rejected": Outgoing("rejected", references, stamp, problems=(problem,)),
        "released": Outgoing("released", references, stamp),
        "held": Outgoing("held", references, stamp, answers=tuple(ANSWER["answers"])),  # type: ignore[arg-type]
    }
    original = Original("s_seed", b"", 1)
    found = {
        f"response {status}": WcoDec().reply(out, original, profile)[0].content
        for status, out in told.items()
    }
    return found | {"answer": orjson.dumps(ANSWER)}


@cache
def composed() -> tuple[str, ...]:
    """The seeds that are always there."""
    return (*_samples(), *(f"written {name}" for name in _written()))


def _samples() -> Iterator[str]:
    for family in configuration().families.values():
        for number, items in enumerate((1, 2, 3, 7)):
            yield from (f"sample {family.name} {kind} {items} {number}" for kind in family.samples)
        if family.flawed:
            yield from (f"flawed {family.name} 2 {number}" for number in range(4))


@cache
def seeds_of(form: str, size_max: int) -> tuple[str, ...]:
    """What the adapter of this format is sure of, and one of what it is not; the smallest first."""
    adapter = adapters()[form]
    found = [(name, payload_of(name)) for name in (*composed(), *_real(size_max))]
    sure = [
        (len(payload), name)
        for name, payload in found
        if (seen := adapter.recognises(payload)) and seen.certainty >= SURE
    ]
    own = tuple(name for _size, name in sorted(sure))
    return (*own, *(name for name in composed()[::7] if name not in own))


@cache
def _real(size_max: int) -> tuple[str, ...]:
    """The corpus, where it is beside the checkout, as far as its files are not too large."""
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file())
    return tuple(
        f"corpus {path.relative_to(CORPUS).as_posix()}"
        for path in files
        if 0 < path.stat().st_size <= size_max
    )
