"""Items, flights and ships with a value of its own in every field: who can get hold of which.

As in `test_canary`, for the other families, in their own formats. What a recipient may see is
worked out from the YAML of rows and views; besides, by the class of data of each field.
"""

import itertools
import re

import orjson
import pytest

from broker.model.packages import data_class
from broker.state.tables import PARKED
from tests.broker_in_process import OPERATOR, OTHER, configuration, in_process, story
from tests.canaries import PIECE, WANTED, Plot, items_for, leaves, passed, view_of
from tests.canaries_abroad import CREW, PASSENGER, crewed, flown, posted, sailed
from tests.end_to_end.scene import Scene, found_in, logged

NO_PERSON = ("harbour-master", "port-health", "statistics", "market-surveillance")
KEPT_FROM = {"personal", "sensitive"}
MODE = "4"
SERVED = {
    # package: who gets anything of it
    "postal-item": {
        *(who for _, who in WANTED.values() if who != "dangerous goods"),
        "customs",
        "aviation-security",
        "statistics",
    },
    "persons-report": {"border-police"},
    "conveyance-report": {"border-police", "customs", "harbour-master", "port-health"},
}


def post(plot):
    """An item in JSON, in which every field can be said."""
    return posted(plot, configuration(), "json"), "marigold-post", f"{PIECE}[1]"


def post_in_xml(plot):
    """The same in ITMATT."""
    return posted(plot, configuration(), "xml"), "marigold-post", f"{PIECE}[1]"


def airline(plot):
    """Passengers and crew of a flight."""
    return flown(plot, configuration()), "paperkite-airlines", f"{PASSENGER}[1]"


def ship(plot):
    """The General Declaration."""
    return sailed(plot, configuration()), "saltbox-agents", "BorderTransportMeans"


FAMILIES = (post, post_in_xml, airline, ship)


def expected(recipient, bodies):
    """The values a recipient should get, and those that its views hide."""
    shown = set()
    for body in bodies:
        items = items_for(recipient, MODE, body.package)
        seen = passed(view_of(recipient, body.package), body.tree, items)
        shown |= {value for _, _, value, transform in seen if transform == "pass"}
    return shown


@pytest.mark.parametrize("compose", FAMILIES)
@story
async def test_each_gets_what_its_view_passes_and_nobody_anything_else(compose, capsys):
    """By any door these values and no other; logs, metrics, log headers, parked reasons none."""
    plot = Plot()
    load, sender, subject = compose(plot)
    with logged(capsys) as written:
        async with in_process() as broker:
            scene = Scene(broker, plot, load.bodies[0].tree, sender, load.references, subject)
            await scene.lodge(load.payload, load.headers)
            await scene.release()
            assert await _as_the_views_say(scene, load.bodies) == SERVED[load.bodies[0].package]
            for stranger in {OTHER, "sorrel-post", "thistledown-air", "nettle-crewing"}:
                content = await scene.everything(stranger)
                assert found_in(content, plot.planted) <= said_aloud(load), stranger
            traced = await _traced(scene)
            named = persons_in(load.bodies) & plot.planted
            assert found_in(traced, named) <= said_aloud(load)
            headers = scene.log()
            parked = orjson.dumps([row["reason"] for row in await broker.rows(PARKED)])
    assert found_in(headers + parked, plot.planted) == set()
    (lines,) = written
    assert found_in(lines.encode(), plot.planted) == set()


async def _traced(scene):
    """What an operator sees of it, without bodies: the trace by every name, the parked."""
    broker = scene.broker
    (dossier,) = {one["dossier"] for one in (await broker.status(scene.submission))["messages"]}
    names = [dossier, scene.submission, *("=".join(one) for one in scene.references)]
    told = [await broker.call("GET", f"/v1/trace/{name}", OPERATOR) for name in names]
    assert {one.status_code for one in told} == {200}
    return b"".join(one.content for one in told)


def said_aloud(load):
    """What whoever asks says himself, in the references he names."""
    return {word for _, value in load.references for word in re.split("[/]", value)}


async def _as_the_views_say(scene, bodies):
    """Each recipient, with its key: its values, and nothing of a class it may not have.

    Those who get anything.
    """
    aloud = {word for pair in scene.references for word in re.split("[/]", pair[1])}
    served = set()
    for recipient in scene.recipients:
        content = await scene.everything(recipient)
        got = found_in(content, scene.plot.planted) - aloud
        wanted = (expected(recipient, bodies) & scene.plot.planted) - aloud
        assert got == wanted, (recipient, got ^ wanted)
        served |= {recipient} if got else set()
        if recipient in NO_PERSON:
            assert got & persons_in(bodies) == set(), recipient
    return served


def persons_in(bodies):
    """Every value of a field that is personal."""
    return {
        value
        for body in bodies
        for pattern, _, value in leaves(body.tree)
        if data_class(body.package, pattern) in KEPT_FROM
    }


def cargo_in(bodies):
    """Every value that speaks of cargo."""
    return {
        value
        for body in bodies
        for pattern, _, value in leaves(body.tree)
        if pattern.endswith(("CargoDescription", "RemarksText", "StatusText"))
    }


@story
async def test_of_a_visit_with_two_declarants_everybody_sees_his_share(capsys):
    """The police sees persons and no cargo, harbour and port health no person.

    Neither declarant sees anything of the other's form.
    """
    ship_plot, crew_plot = Plot(), Plot(itertools.count(5_000))
    with logged(capsys) as written:
        async with in_process() as broker:
            load = sailed(ship_plot, configuration())
            agent = Scene(
                broker, ship_plot, load.bodies[0].tree, "saltbox-agents", load.references, CREW
            )
            await agent.lodge(load.payload, load.headers)
            (message,) = (await broker.status(agent.submission))["messages"]
            visit = next(r["value"] for r in message["references"] if r["scheme"] == "VISIT")
            crew = crewed(crew_plot, configuration(), visit)
            names = (("VISIT", visit),)
            firm = Scene(broker, crew_plot, crew.bodies[0].tree, "nettle-crewing", names, CREW)
            await firm.lodge(crew.payload, crew.headers)
            await firm.release()
            bodies = (*load.bodies, *crew.bodies)
            agent.plot.planted |= crew_plot.planted
            agent.references = (*load.references, *names)
            assert await _as_the_views_say(agent, bodies) == SERVED["conveyance-report"]
            police = await firm.everything("border-police")
            assert found_in(police, cargo_in(bodies)) == set()
            assert persons_in(crew.bodies) & crew_plot.planted <= found_in(
                police, crew_plot.planted
            )
            heard = await agent.everything("saltbox-agents")
            assert found_in(heard, crew_plot.planted - ship_plot.planted) == set()
            own = {value for _, _, value in leaves(load.bodies[0].tree)}
            heard = await firm.everything("nettle-crewing")
            assert found_in(heard, own & ship_plot.planted) - {load.references[1][1]} == set()
            headers = agent.log()
    assert found_in(headers, ship_plot.planted) == set()
    (lines,) = written
    assert found_in(lines.encode(), ship_plot.planted) == set()


@pytest.mark.parametrize("compose", FAMILIES)
def test_every_field_that_the_format_takes_is_planted(compose):
    """A load holds canaries at most of its leaves; each stands once."""
    plot = Plot()
    load, _, _ = compose(plot)
    values = [value for body in load.bodies for _, _, value in leaves(body.tree)]
    once = [value for value in values if value in plot.planted]
    assert len(once) > 20
    heads = {value for value in once if once.count(value) > 1}
    assert len(heads) < len(once) / 3
    assert load.bodies[0].package in {"postal-item", "persons-report", "conveyance-report"}
