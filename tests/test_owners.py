"""Whose codes are, as senders' files say."""

import pytest

from broker.access import Sender
from broker.configuration import installed_families
from broker.owners import check_owners, owners_of
from tests.broker_in_process import configuration


def sender(name, party="", families=("airline",), **owns):
    """A sender's file."""
    return Sender(name=name, title=name, party=party or name, families=families, owns=owns)


def findings(*senders):
    """What is wrong, as (file, path, text)."""
    named = {one.name: one for one in senders}
    found = check_owners(named, installed_families(), "senders/{}".format)
    return [(one.file, one.path, one.text) for one in found]


@pytest.mark.parametrize(
    ("senders", "file", "path", "words"),
    [
        ([sender("alder", carrier=("ZZ",)), sender("birch", carrier=("ZZ",))],
         "senders/birch", "owns.carrier", "'ZZ' is owned by 'alder' too"),
        ([sender("alder", ships=("ZZ",))],
         "senders/alder", "owns.ships", "known: carrier, operator"),
        ([sender("alder", operator=("US",))],
         "senders/alder", "owns.operator", "of the family 'postal'"),
        ([sender("alder", carrier=("zz",))], "senders/alder", "owns.carrier", "has not the shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_owned_codes_is_told(senders, file, path, words):
    """Two owners of a code, a class that no reference has, another family's, a wrong code."""
    ((where, at, text),) = findings(*senders)
    assert (where, at) == (file, path)
    assert words in text


def test_two_senders_of_one_party_may_list_the_same_code():
    """The right is the party's, whichever of its senders submits."""
    both = [sender("alder", "wood", carrier=("ZZ",)), sender("birch", "wood", carrier=("ZZ",))]
    assert findings(*both) == []
    assert owners_of({one.name: one for one in both}) == {("carrier", "ZZ"): "wood"}


def test_the_sample_state_says_whose_its_codes_are():
    """Each airline owns its carrier, each post the identifiers of its countries."""
    owners = configuration().owners
    assert owners["carrier", "ZZ"] == "paperkite"
    assert owners["carrier", "YY"] == "thistledown"
    assert (owners["operator", "US"], owners["operator", "IE"]) == ("marigold", "sorrel")
