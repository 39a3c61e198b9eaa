"""`swb sample`: composed traffic of invented parties, valid or with a known defect."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from broker.adapter import Adapter, Family
from broker.cli.ends import progress, stopped, told
from broker.cli.options import known_name
from broker.configuration import installed_families
from broker.formats import choose

DEFECTS = "defects.txt"
"""The file beside composed submissions that says what is wrong with which."""


@click.command()
@click.argument("family")
@click.option(
    "--items",
    type=click.IntRange(1, 999),
    default=10,
    show_default=True,
    help="How much each submission holds: goods items of a declaration, postal items, persons of a "
    "list; for fal1 the crew it states.",
)
@click.option(
    "--count", type=click.IntRange(1), default=1, show_default=True, help="How many submissions."
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Another seed, other traffic; the same seed, the same bytes.",
)
@click.option(
    "--kind",
    metavar="NAME",
    help="One kind of message where the family has several, else each in its turn. customs: "
    "declaration; postal: itmatt, items; airline: passengers, pieces, crew, closed; maritime: "
    "fal1, fal5.",
)
@click.option(
    "--defects",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="SHARE",
    help="Share of submissions with one defect each, of any kind; defects.txt says which.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the files; needed for more than one.",
)
@told
def sample(family: str, *, kind: str | None, defects: float, out: Path | None, **much: int) -> None:
    """Compose traffic of FAMILY: customs, postal, airline or maritime.

    Its parties are invented; it is for trials and measurements. It is valid but for the share of
    defects that is asked for.
    """
    items, count, seed = (much[name] for name in ("items", "count", "seed"))
    composing = {name: one for name, one in installed_families().items() if one.samples}
    known_name("family with samples", family, composing)
    known_name(f"kind of sample in {family}", kind, composing[family].samples)
    chosen = composing[family]
    if defects and chosen.flawed is None:
        raise stopped(f"{family} composes no defects", "leave --defects out")
    if out is None:
        if count > 1:
            raise stopped(f"{count} submissions cannot share standard output", "name --out FOLDER")
        _print(composed(chosen, kind, items, (1, seed), flawed=defects > 0)[0])
        return
    out.mkdir(parents=True, exist_ok=True)
    written: dict[str, str] = {}
    replaced = 0
    for number in progress(range(1, count + 1), "composing", printed=False):
        flawed = int(number * defects) > int((number - 1) * defects)
        payload, defect = composed(chosen, kind, items, (number, seed), flawed=flawed)
        name = f"{family}-{seed}-{number:05}.{suffix(chosen.adapters, payload)}"
        replaced += (out / name).exists()
        (out / name).write_bytes(payload)
        written[name] = defect
    _note_defects(out, written)
    click.echo(_summary(out, written, replaced))


def _note_defects(out: Path, written: Mapping[str, str]) -> None:
    """Beside the files: what is wrong with which, also with those of earlier runs."""
    file = out / DEFECTS
    before = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    kept = [line for line in before if line.partition(": ")[0] not in written]
    lines = kept + [f"{name}: {defect}" for name, defect in written.items() if defect]
    if lines or before:
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _summary(out: Path, written: Mapping[str, str], replaced: int) -> str:
    names = sorted(written, key=lambda name: name.rpartition(".")[0])
    said = f"1 submission in {out}: {names[0]}"
    if len(names) > 1:
        said = f"{len(names)} submissions in {out}: {names[0]} to {names[-1]}"
    if replaced:
        said += f", replacing {replaced} file{'s' if replaced > 1 else ''}"
    flaws = sum(map(bool, written.values()))
    return f"{said}, {flaws} of them with a defect (see {out / DEFECTS})" if flaws else said


def _print(payload: bytes) -> None:
    if b"\0" in payload and sys.stdout.isatty():
        raise stopped("this sample is no text for a terminal", "name --out FOLDER, or pipe it")
    click.echo(payload, nl=False)


def composed(
    family: Family, kind: str | None, items: int, which: tuple[int, int], *, flawed: bool
) -> tuple[bytes, str]:
    """One submission of this (number, seed), and its defect in words."""
    number, seed = which
    if flawed and family.flawed is not None:
        return family.flawed(items=items, number=number, seed=seed)
    names = list(family.samples)
    if kind is not None:
        return family.samples[kind](items=items, number=number, seed=seed), ""
    name = names[(number - 1) % len(names)]
    if any(len(one.parts) > 1 for one in family.kinds):
        number = (number - 1) // len(names) + 1  # the parts of one dossier, one after the other
    return family.samples[name](items=items, number=number, seed=seed), ""


def suffix(adapters: tuple[Adapter, ...], payload: bytes) -> str:
    """The ending of a file's name, from the media type of its format."""
    chosen = choose(adapters, payload)
    if chosen is None or not chosen[0].content_types:
        return "bin"
    return ending_of(chosen[0].content_types[0])


def ending_of(content_type: str) -> str:
    """The ending of a file of this media type: `xml` of application/xml."""
    known = ENDINGS.get(content_type)
    return known or content_type.rpartition("/")[2].rpartition("+")[2].rpartition(".")[2] or "bin"


ENDINGS = {
    "application/edifact": "edi",
    "application/x-ndjson": "ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
