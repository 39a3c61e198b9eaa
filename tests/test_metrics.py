"""Every metric, each with the operator's question it answers."""

import pytest

from broker.metrics import METRICS, Metrics

FAMILIES = sorted(METRICS.registry.collect(), key=lambda one: one.name)
LABELS = {"family", "result", "format", "verdict", "code", "kind", "does", "outcome", "recipient",
          "state", "status", "station", "topic", "digest", "route", "method"}  # fmt: skip


@pytest.mark.parametrize("one", FAMILIES, ids=lambda one: one.name)
def test_a_metric_is_named_and_asks_a_question(one):
    """It begins with swb_ and its help is a question an operator has."""
    assert one.name.startswith("swb_")
    assert one.documentation.endswith("?")


@pytest.mark.parametrize("one", FAMILIES, ids=lambda one: one.name)
def test_labels_are_words_with_few_values(one):
    """No label is an id, a reference, a sender or anything of a payload."""
    names = {name for sample in one.samples for name in sample.labels}
    assert names <= LABELS | {"le"}


def test_two_sets_do_not_share_their_numbers():
    """A test may have metrics of its own."""
    mine = Metrics()
    mine.submissions.labels("customs", "accepted").inc()
    assert b'swb_submissions_total{family="customs",result="accepted"} 1.0' in mine.exposition()
    assert b"swb_submissions_total{" not in Metrics().exposition()
