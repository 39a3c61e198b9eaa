"""What feeds promise: numbers without gaps, the same bytes for ever, versions in order."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from broker.delivery.render import numbered
from broker.model.line import ORIGIN, Cursor, chained
from tests.simulation.history import History
from tests.simulation.readout import Readout

KINDS = ("document", "reply", "board", "notice")
STATES = {"acknowledged", "cancelled", "parked"}
"""How a delivery may have ended once its reader has read and acknowledged everything."""


def pages(history: History, readout: Readout) -> Iterator[str]:
    """A page goes on where its cursor says, without gaps, and its cursor is its last number."""
    del readout
    for page in history.pages:
        seqs = [one.seq for one in page.given]
        first = seqs[0] if seqs else 0
        if page.cursor is not None and seqs and first != _number_of(page.cursor) + 1:
            yield f"gap: {page.who} asked after {page.cursor} and was given {first}"
        if seqs != list(range(first, first + len(seqs))):
            yield f"gap: {page.who} was given {seqs}"
        if seqs and page.next != f"c{seqs[-1]}-{page.given[-1].said['swbchain']}":
            yield f"gap: {page.who} was given up to {seqs[-1]} and the cursor {page.next}"


def _number_of(cursor: str) -> int:
    return int(cursor[1:].partition("-")[0])


def chains(history: History, readout: Readout) -> Iterator[str]:
    """Each number has the chain that follows from the one before it, here and as it was read."""
    newest: dict[str, str] = defaultdict(lambda: ORIGIN)
    proved: dict[tuple[str, int], str] = {}
    rows = [row for row in readout.of("queue") if row["seq"] is not None]
    for row in sorted(rows, key=lambda row: (row["subscription"], row["seq"])):
        name, seq = row["subscription"], row["seq"]
        newest[name] = proved[name, seq] = chained(newest[name], seq, row["id"])
        if row["chain"] != newest[name]:
            yield f"chain: {name} has {row['chain']} at {seq}, not {newest[name]}"
    for row in readout.of("subscriptions"):
        if row["chain"] != newest[row["name"]]:
            yield f"chain: {row['name']} ends with {row['chain']}, not {newest[row['name']]}"
    for who, given in history.given().items():
        for one in given:
            if one.said["swbchain"] != proved.get((who, one.seq)):
                yield f"chain: {who} was given {one.seq} with {one.said['swbchain']}"


def bytes_for_ever(history: History, readout: Readout) -> Iterator[str]:
    """What was given once under a number is given again byte for byte, and is what was kept."""
    kept: dict[tuple[str, int], bytes] = {
        (row["subscription"], row["seq"]): numbered(
            Cursor(row["seq"], row["chain"]), row["rendered"]
        )
        for row in readout.of("queue")
        if row["seq"] is not None
    }
    for who, given in history.given().items():
        contents: dict[int, set[bytes]] = defaultdict(set)
        for one in given:
            contents[one.seq].add(one.content)
        for seq, found in contents.items():
            if len(found) > 1:
                yield f"bytes: {who} was given {len(found)} different deliveries as {seq}"
            elif found != {kept.get((who, seq))}:
                yield f"bytes: {who} was given something else as {seq} than was kept"


def numbers(history: History, readout: Readout) -> Iterator[str]:
    """Numbers have no gaps, and clients read every one of them."""
    read = {who: {one.seq for one in given} for who, given in history.given().items()}
    kept: dict[str, list[int]] = defaultdict(list)
    for row in readout.of("queue"):
        if row["seq"] is not None:
            kept[row["subscription"]].append(row["seq"])
    for row in readout.of("subscriptions"):
        name, wanted = row["name"], list(range(1, row["next_seq"]))
        if sorted(kept[name]) != wanted:
            yield f"gap: the numbers of {name} are {sorted(kept[name])}, not 1 to {len(wanted)}"
        if sorted(read.get(name, set())) != wanted:
            missing = sorted(set(wanted) ^ read.get(name, set()))
            yield f"gap: {name} did not read {missing} of {len(wanted)}"


def settled(history: History, readout: Readout) -> Iterator[str]:
    """Every delivery is acknowledged, cancelled without a number, or parked without one."""
    del history
    for row in readout.of("queue"):
        if row["state"] not in STATES:
            yield f"settled: {row['id']} for {row['recipient']} is still {row['state']}"
        elif (row["seq"] is None) != (row["state"] != "acknowledged"):
            yield f"settled: {row['id']} is {row['state']} with the number {row['seq']}"


def each_once(history: History, readout: Readout) -> Iterator[str]:
    """A reader meets each delivery under one number, and one for each time it was decided."""
    decided = Counter(
        (row["recipient"], row["dossier"], row["version"], row["purpose"])
        for row in readout.of("decisions")
        if row["result"] in {"new", "changed"}
    )
    for who, given in history.given().items():
        distinct = {one.seq: one.said for one in given}
        ids = Counter(said["id"] for said in distinct.values())
        yield from (f"once: {who} met {one} {n} times" for one, n in ids.items() if n > 1)
        named = Counter(
            (who, said["data"]["dossier"], said["data"]["version"], said["data"]["purpose"])
            for said in distinct.values()
            if "document" in said.get("data", ())
        )
        for key, count in named.items():
            if count > decided[key]:
                yield f"once: {key} was sent {count} times and decided {decided[key]} times"


def versions_in_order(history: History, readout: Readout) -> Iterator[str]:
    """On a feed the versions of a dossier's part, and of its board, only go up."""
    for who, given in history.given().items():
        seen: dict[tuple[str, str, str], int] = defaultdict(int)
        for one in sorted({one.seq: one for one in given}.values(), key=lambda one: one.seq):
            data = one.said.get("data", {})
            if "document" in data:
                key = (data["dossier"], data["part"], data["purpose"])
                if data["version"] < seen[key]:
                    yield f"order: {who} was given version {data['version']} of {key} too late"
                seen[key] = data["version"]
    last: dict[tuple[str, ...], int] = defaultdict(int)
    rows = [row for row in readout.of("queue") if row["seq"] is not None and row["dossier"]]
    for row in sorted(rows, key=lambda row: (row["subscription"], row["seq"])):
        key = (row["subscription"], row["dossier"], row["part"], row["purpose"], row["what"])
        if row["version"] < last[key]:
            yield f"order: {row['subscription']} has version {row['version']} of {key} too late"
        last[key] = row["version"]


RULES = (pages, chains, bytes_for_ever, numbers, settled, each_once, versions_in_order)
