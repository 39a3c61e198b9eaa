"""Payloads as Avro: the same payload again, the same bytes as another writer's, any bytes."""

import io
from copy import deepcopy
from dataclasses import replace
from typing import Any

import fastavro
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.customs.sample_declaration import compose_tree
from broker.model.avro import decoded, encoded
from broker.model.extent import Extent
from broker.model.kept import registry
from broker.model.packages import PACKAGES
from broker.model.subjects import subject_of, subjects
from broker.replies import payloads as replies
from broker.replies.payloads import Since
from broker.routing.view import apply
from tests.broker_in_process import configuration
from tests.model.bodies import trees
from tests.model.payloads_drawn import BOARD, DOCUMENT, WITHDRAWAL, payloads
from tests.sample_events import PLANTS, ask, opened

VERSION = opened("06031100").live[""]
TOLD = replies.Entitlement(
    purpose="phytosanitary-control", rules=("plants",), because=("plants are inspected",),
    legal_basis=("IPPC",), checks=("PH-DOC",), codes=(), elements=None, ask=None,
)  # fmt: skip
SAMPLES = {
    "goods-declaration": compose_tree(items=3, number=1, seed=1),
    "board": {"OverallStatusCode": "held", "VersionID": "3", "Answer": [{"AgencyID": "customs"}]},
}
PARSED = {name: fastavro.parse_schema(deepcopy(schema)) for name, schema in subjects().items()}


def by_fastavro(subject: str, payload: dict[str, Any]) -> bytes:
    """The payload as fastavro writes it."""
    words = {"elements": "whole", "expects": "nothing"}
    plain = {key: None if value == words.get(key, ...) else value for key, value in payload.items()}
    written = io.BytesIO()
    fastavro.schemaless_writer(written, PARSED[subject], plain)
    return written.getvalue()


@pytest.mark.parametrize("subject", subjects())
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_payload_survives_and_its_bytes_are_fastavros(subject, data):
    """Reading gives the payload back, and fastavro writes the same bytes behind the same id."""
    payload = data.draw(payloads(subject))
    written = encoded(subject, payload)
    newest = registry().newest(subject)
    assert decoded(written) == payload
    assert written == b"\0" + newest.id.to_bytes(4, "big") + by_fastavro(subject, payload)


@pytest.mark.parametrize(
    "told",
    [
        TOLD,
        TOLD._replace(elements=({"path": "A[1]", "checks": ["H"], "codes": []},)),
        TOLD._replace(ask=ask(PLANTS)),
        TOLD._replace(ask=ask(PLANTS, silence="release", due_at="", within_s=60)),
    ],
    ids=["whole", "matched", "expected", "released by silence"],
)
@pytest.mark.parametrize("since", [Since(), Since(3, ({"path": "A[1]", "answered": "held",
                                                       "name": "N"},))])  # fmt: skip
@pytest.mark.parametrize("extent", [None, Extent(3, 1, ("A[2]",), True, ("A[9]",))])
def test_every_form_of_a_document_is_carried(told, since, extent):
    """The payload a delivery has today comes back as it was, the ten items of its body too."""
    body = compose_tree(items=10, number=1, seed=1)
    version = replace(VERSION, extent=extent)
    said = orjson.loads(replies.document("o_1", version, told, body, since))
    assert decoded(encoded(subject_of("document", VERSION.package), said)) == said


@pytest.mark.parametrize("kind", ["answer.superseded", "answer.expired"])
def test_notices_about_answers_are_carried(kind):
    """What an answer does not settle comes back as it was, under a subject of its own."""
    what = replies.Unsettled("d_1", ["A[1]"], [], "d_2")
    notice = orjson.loads(replies.unsettled("o_1", PLANTS, 2, what))
    assert decoded(encoded(subject_of("notice", kind), notice)) == notice


def test_notices_and_boards_are_carried():
    """The payload of a withdrawal and of a board come back as they were."""
    asked = orjson.loads(replies.withdrawal("o_1", PLANTS, "d_1", replies.expected(ask(PLANTS))))
    assert decoded(encoded(subject_of("notice", "flight.withdrawn"), asked)) == asked
    notice = orjson.loads(replies.withdrawal("o_1", PLANTS, "d_1"))
    board = orjson.loads(replies.board("held", 3, {"Answer": [{}, {"StatusCode": "held"}]}))
    assert decoded(encoded(subject_of("notice"), notice)) == notice
    assert decoded(encoded(subject_of("board"), board)) == board


@pytest.mark.parametrize("name", sorted(configuration().views))
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_what_any_view_passes_fits_the_schema_of_its_package(name, data):
    """A view cuts and coarsens; one schema holds what every view of the configuration gives."""
    view = configuration().views[name]
    drawn = trees(PACKAGES[view.package])
    sample = SAMPLES.get(view.package)
    body = data.draw(drawn if sample is None else st.just(sample) | drawn)
    cut = apply(view, body).tree
    subject = subject_of("board" if view.package == "board" else "document", view.package)
    envelope = data.draw(payloads(subject))
    payload = {**envelope, "board" if subject == BOARD else "body": cut}
    assert decoded(encoded(subject, payload)) == payload


def test_what_says_nothing_is_left_out():
    """A null and an empty list are written as what is absent; an empty text and class are not."""
    plain = {"status": "held", "version": 1, "board": {"VersionID": "", "Answer": [{}]}}
    idle = {"OverallStatusCode": None, "VersionID": "", "Answer": [{"Reason": [], "Part": None}]}
    written = encoded(BOARD, {**plain, "board": idle})
    assert written == encoded(BOARD, plain)
    assert decoded(written) == plain


def test_half_a_pair_is_carried():
    """A view that cannot make an amount coarser may pass its currency alone."""
    body = {"InvoiceAmount": {"currency": "GB"}, "TotalGrossMassMeasure": {"value": "1.0"}}
    said = orjson.loads(replies.document("o_1", VERSION, TOLD, body, Since(1)))
    assert decoded(encoded(DOCUMENT, said))["body"] == body


def test_a_field_the_schema_does_not_know_is_never_lost_in_silence():
    """A payload with another field, or without one that must be there, raises."""
    notice = orjson.loads(replies.withdrawal("o_1", PLANTS, "d_1"))
    with pytest.raises(KeyError):
        encoded(WITHDRAWAL, {**notice, "reason": "secret"})
    del notice["delivery"]
    with pytest.raises(TypeError):
        encoded(WITHDRAWAL, notice)


def read(written: bytes) -> dict[str, Any] | str:
    """The payload, or why there is none."""
    try:
        return decoded(written)
    except ValueError as error:
        return str(error)


@settings(max_examples=400, deadline=None)
@given(
    head=st.sampled_from([b"", b"\0", b"\1\0\0\0\1", b"\0\0\0\0\x63"])
    | st.sampled_from(sorted(registry().by_id)).map(lambda one: b"\0" + one.to_bytes(4, "big")),
    rest=st.binary(max_size=60),
)
def test_any_bytes_are_a_payload_or_a_value_error(head, rest):
    """A topic may hold what others wrote: a sentence, never another exception."""
    said = read(head + rest)
    if isinstance(said, str):
        assert said.startswith(("the bytes", "no schema"))
    else:
        assert said.keys() & {"dossier", "board"}


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_record_that_is_cut_or_goes_on_is_refused(data):
    """Of a record's bytes neither a beginning nor more than all is taken for the record."""
    written = encoded(DOCUMENT, data.draw(payloads(DOCUMENT)))
    length = data.draw(st.integers(0, len(written) - 1))
    assert isinstance(read(written), dict)
    assert isinstance(read(written[:length]), str)
    assert isinstance(read(written + b"\0"), str)
