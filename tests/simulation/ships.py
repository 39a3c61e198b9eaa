"""Two declarants of one visit: an agent who declares the ship, a firm that lists its crew.

The firm learns the visit's id from the agent, who reads it in his replies; or it names it before
the agent has declared anything, and waits.
"""

import random
from collections.abc import Iterator

from adapters.wire.xlsx import CONTENT_TYPE
from broker.model.broker_names import name_of
from broker.state.database import IN_MEMORY
from broker.translation.resolve import dossier_id
from tests import families
from tests.families import token_of
from tests.simulation.history import History, Said
from tests.simulation.trades import STRIDE, Lodged, Trader, apart, places

AGENT, FIRM = "saltbox-agents", "nettle-crewing"
PARTY = "saltbox"
FIRST = 5 * STRIDE
HEARD_TRIES = 40


async def agent(trader: Trader, number: int) -> None:
    """A ship: declared, corrected, broken; now and then its crew is listed by the agent too."""
    visit = FIRST + number
    await trader.pause(120)
    if trader.random.random() < 0.15:
        await _crew_listed(trader, visit, families.voyage(visit))
    last = await _declared(trader, visit, 0)
    for _ in range(trader.random.randint(0, trader.changes)):
        await trader.pause(90)
        chance = trader.random.random()
        if chance < 0.5:
            last = await _declared(trader, visit, trader.random.randint(0, 2))
        elif chance < 0.7:
            await trader.again(last, trader.random.choice((last[0].key, None)))
        elif chance < 0.85:
            cut = last[1][: trader.random.randint(1, len(last[1]) - 1)]
            await trader.lodge(_about(visit), (cut, CONTENT_TYPE), (Said("bad"),))
        else:
            await _crew_listed(trader, visit, families.voyage(visit))


async def firm(trader: Trader, number: int) -> None:
    """The crew of that ship: listed, listed anew, by the id in the sheet or beside the bytes."""
    visit = FIRST + number
    await trader.pause(120)
    reference = _id_of(visit)
    if trader.random.random() < 0.6:
        reference = await _heard(trader, visit) or reference
    for _ in range(1 + trader.random.randint(0, trader.changes)):
        last = await _crew_listed(trader, visit, reference)
        await trader.pause(90)
        if trader.random.random() < 0.2:
            await trader.again(last, trader.random.choice((last[0].key, None)))


def _about(visit: int) -> str:
    return f"visit {visit}"


async def _declared(trader: Trader, visit: int, variant: int) -> Lodged:
    crew = 2 + variant
    payload = families.declared(families.ship(visit, variant, crew))
    says = Said("put", families.voyage(visit), "FAL1", str(variant))
    return await trader.lodge(_about(visit), (payload, CONTENT_TYPE), (says,))


async def _crew_listed(trader: Trader, visit: int, reference: str) -> Lodged:
    """Some of the crew; now and then one of them was never born: such a list is refused."""
    who = _some(trader.random)
    persons = families.seafarers(visit, *who)
    wrong = len(who) > 1 and trader.random.random() < 0.3
    unborn = trader.random.randrange(len(who)) if wrong else None
    if unborn is not None:
        persons[unborn] = {k: v for k, v in persons[unborn].items() if k != "BirthDateTime"}
    tokens = tuple(token_of(one) for one in persons)
    named, left = apart(tokens, unborn)
    beside = trader.random.random() < 0.4 and reference != families.voyage(visit)
    payload = families.crewed("" if beside else reference, persons)
    voyage = families.voyage(visit)
    content = f"{places(tokens, left)} {reference if not beside else ''}"
    says = Said("bad" if left else "put", voyage, "FAL5", content, named, left=left)
    what = (payload, CONTENT_TYPE)
    return await trader.lodge(_about(visit), what, (says,), f"VISIT={reference}" if beside else "")


def _some(drawn: random.Random) -> list[int]:
    return sorted(drawn.sample(range(1, 7), drawn.randint(1, 4)))


async def _heard(trader: Trader, visit: int) -> str:
    """The visit's id, once the agent has read it; "" if he does not for long."""
    voyage = families.voyage(visit)
    for _ in range(HEARD_TRIES):
        known = next(_ids(trader.history, voyage), "")
        if known:
            return known
        await trader.pause(20)
    return ""


def _ids(history: History, voyage: str) -> Iterator[str]:
    """What the agent's replies about a voyage call the visit, once it is one."""
    for page in history.pages:
        for one in page.given if page.who == AGENT else ():
            if one.said["type"] != "board.changed":
                continue
            for artifact in one.said.get("data", {}).get("artifacts", ()):
                said = dict(artifact.get("content", {}).get("references", ()))
                if said.get("VOYAGE") == voyage and "VISIT" in said:
                    yield said["VISIT"]


def _id_of(visit: int) -> str:
    """What the broker will call the visit: its secret, and the call that opens it, say it."""
    dossier = dossier_id(("CALL", PARTY, families.call(visit)), 0)
    return name_of(IN_MEMORY, "VISIT", dossier)
