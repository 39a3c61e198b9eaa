"""Who may do what, and the keys that prove it."""

import hmac

import pytest

from broker import access
from broker.access import Principal, Recipient, Sender, digest_of_key, principals, who
from broker.errors import AccessFault, ForbiddenFault

KNOWN = {
    "lantern": Principal("lantern", "sender", "lantern-party", ("customs",)),
    "customs": Principal("customs", "recipient", "customs", ("agency",)),
}
KEYS = {digest_of_key("right"): "lantern", digest_of_key("old"): "gone"}


def test_a_key_names_its_holder():
    """What is stored is the digest; the holder is found by it."""
    assert who("right", KEYS, KNOWN) is KNOWN["lantern"]


@pytest.mark.parametrize(
    "key", [None, "", "wrong", "right ", "RIGHT", digest_of_key("right"), "\0"]
)
def test_another_key_is_unknown(key):
    """Nor is the digest a key, nor the name."""
    with pytest.raises(AccessFault) as caught:
        who(key, KEYS, KNOWN)
    assert (caught.value.http_status, caught.value.code) == (401, "access.key-unknown")


def test_a_key_of_a_name_that_left_the_configuration_is_unknown():
    """It is told in the same words as a key that never was."""
    with pytest.raises(AccessFault) as gone:
        who("old", KEYS, KNOWN)
    with pytest.raises(AccessFault) as never:
        who("wrong", KEYS, KNOWN)
    assert str(gone.value) == str(never.value)


@pytest.mark.parametrize("key", ["right", "wrong", "old", ""])
def test_every_key_takes_the_same_path(key, monkeypatch):
    """One digest, one comparison in constant time, over as many characters, for known or not."""
    compared, digested = [], []
    real_compare, real_digest = hmac.compare_digest, access.digest_of_key
    monkeypatch.setattr(
        access.hmac, "compare_digest",
        lambda one, other: compared.append((len(one), len(other))) or real_compare(one, other),
    )  # fmt: skip
    monkeypatch.setattr(
        access, "digest_of_key", lambda text: digested.append(text) or real_digest(text)
    )
    try:
        who(key, KEYS, KNOWN)
    except AccessFault:
        assert key != "right"
    assert compared == [(64, 64)]
    assert digested == [key]


def test_the_fault_does_not_say_the_key():
    """Neither the key nor its digest stands in the words."""
    with pytest.raises(AccessFault) as caught:
        who("a-secret-key", KEYS, KNOWN)
    assert "a-secret-key" not in str(caught.value)
    assert digest_of_key("a-secret-key") not in str(caught.value)


@pytest.mark.parametrize(("role", "allowed"), [("sender", True), ("recipient", False)])
def test_a_principal_must_have_the_role(role, allowed):
    """Whoever has another is forbidden, not unknown."""
    if allowed:
        KNOWN["lantern"].must_be(role, "operator")
    else:
        with pytest.raises(ForbiddenFault, match="lantern"):
            KNOWN["lantern"].must_be(role)


def test_everyone_of_the_configuration_may_hold_a_key():
    """Senders with their party and families, agencies as their own party, operators with none."""
    sender = Sender(name="lantern-one", title="t", party="lantern", families=("customs",),
                    profiles=("uk-cds",))  # fmt: skip
    agency = Recipient(name="customs", title="t", profiles=("uk-cds-responses",))
    found = principals({"lantern-one": sender}, {"customs": agency}, ("duty-desk",))
    assert found == {
        "lantern-one": Principal("lantern-one", "sender", "lantern", ("customs",), ("uk-cds",)),
        "customs": Principal("customs", "recipient", "customs", ("agency",),
                             ("uk-cds-responses",)),
        "duty-desk": Principal("duty-desk", "operator", "duty-desk", ()),
    }  # fmt: skip
