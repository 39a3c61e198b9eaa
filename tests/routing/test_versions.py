"""What a new version means to those who were sent the last one."""

from broker.model.dossier import Shown, Target
from broker.routing.versions import Change, compare, digest_of, target_of
from broker.routing.view import apply

PLANTS = Target("", "plant-health", "phytosanitary-control")


def sent(digest, result="new"):
    """What a target was last told."""
    return Shown(1, digest, "d_1", result)


def test_entitlements_are_new_changed_unchanged_or_withdrawn():
    """Each target of the part is told what becomes of it; other parts are left alone."""
    previous = {
        Target("", "a", "p"): sent("1"),
        Target("", "b", "p"): sent("1", "changed"),
        Target("", "c", "p"): sent("1", "unchanged"),
        Target("", "d", "p"): sent("1", "withdrawn"),
        Target("", "e", "p"): sent("1", "withdrawn"),
        Target("list", "a", "p"): sent("1"),
    }
    now = {"a": "1", "b": "2", "d": "1", "f": "1"}
    current = {Target("", name, "p"): digest for name, digest in now.items()}
    current[Target("list", "x", "p")] = "1"
    changes = compare("", previous, current)
    assert [(change.target.recipient, change.outcome) for change in changes] == [
        ("a", "unchanged"),
        ("b", "changed"),
        ("c", "withdrawn"),
        ("d", "new"),
        ("f", "new"),
    ]


def test_a_withdrawn_part_withdraws_from_all():
    """Without results every entitlement of the part ends."""
    assert compare("", {PLANTS: sent("1")}, {}) == (Change(PLANTS, "withdrawn"),)


def digests(sample, decided, body):
    """Target: digest of what the sample rules would deliver."""
    found = {}
    for result in decided(sample.book, body).results:
        cut = apply(sample.views[result.view], body, result.matched)
        found[target_of(result)] = digest_of(cut.tree, result)
    return found


def outcomes(sample, decided, before, after):
    """Recipient: what becomes of it from one body to the next."""
    previous = {target: sent(digest) for target, digest in digests(sample, decided, before).items()}
    changes = compare("", previous, digests(sample, decided, after))
    return {change.target.recipient: change.outcome for change in changes}


def test_a_code_corrected_out_of_the_chapter_withdraws(sample, body, item, decided):
    """Flowers corrected to plastic flowers are withdrawn from plant health, changed for customs."""
    before = body(item(1, ("84713000", "TSP")), item(2, ("06031100", "TSP")))
    after = body(item(1, ("84713000", "TSP")), item(2, ("67021000", "TSP")))
    assert outcomes(sample, decided, before, after) == {
        "customs": "changed",
        "plant-health": "withdrawn",
    }


def test_what_a_recipient_may_not_see_changes_nothing_for_it(sample, body, item, decided):
    """Another item's correction is unchanged for plant health, changed for customs."""
    before = body(item(1, ("84713000", "TSP")), item(2, ("06031100", "TSP")))
    after = body(item(1, ("85044000", "TSP")), item(2, ("06031100", "TSP")))
    assert outcomes(sample, decided, before, after) == {
        "customs": "changed",
        "plant-health": "unchanged",
    }


def test_another_check_for_the_same_item_is_a_change(book, row, body, item, decided):
    """Checks and element keys are part of what is delivered."""
    shown = body(item(1, "06"))
    one = decided(book(row()), shown).results[0]
    other = decided(book(row(checks=["PH-NEW"])), shown).results[0]
    again = decided(book(row(because="another sentence")), shown).results[0]
    assert digest_of({}, one) != digest_of({}, other)
    assert digest_of({}, one) == digest_of({}, again)
    assert digest_of({"a": "1", "b": "2"}, one) == digest_of({"b": "2", "a": "1"}, one)
