"""Whose the codes in public names are, as the files of the senders say; and what is wrong there.

Two senders of one party may list the same code: the right is the party's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from broker.access import Sender
from broker.adapter import Family
from broker.config_file import Finding
from broker.model.owned import Owned, Owners


def owners_of(senders: Mapping[str, Sender]) -> Owners:
    """The party that owns each code, by class of codes and code."""
    return {
        (codes, code): sender.party
        for sender in senders.values()
        for codes, listed in sender.owns.items()
        for code in listed
    }


def check_owners(
    senders: Mapping[str, Sender], families: Mapping[str, Family], file_of: Callable[[str], str]
) -> Iterator[Finding]:
    """Classes and codes that mean nothing, codes that two parties own, kinds without a rule."""
    known = dict(_classes(families.values()))
    first: dict[tuple[str, str], Sender] = {}
    for name, sender in sorted(senders.items()):
        file = file_of(name)
        for codes, listed in sender.owns.items():
            path = f"owns.{codes}"
            if codes not in known:
                text = f"unknown class of codes {codes!r}; known: {', '.join(sorted(known))}"
                yield Finding(file, path, text)
                continue
            family, owned = known[codes]
            if family not in sender.families:
                text = f"is of the family {family!r}, to which the sender may not submit"
                yield Finding(file, path, f"{text}; add the family, or remove the codes")
            for code in listed:
                if not owned.is_code(code):
                    yield Finding(file, path, f"{code!r} has not the shape {owned.shape}")
                other = first.setdefault((codes, code), sender)
                if other.party != sender.party:
                    text = f"{code!r} is owned by {other.party!r} too ({other.name})"
                    yield Finding(file, path, f"{text}; a code has one owner")


def _classes(families: Iterable[Family]) -> Iterator[tuple[str, tuple[str, Owned]]]:
    """Each class of codes with its family and where it stands in a reference."""
    for family in families:
        for kind in family.kinds:
            for scheme in kind.schemes:
                if scheme.owned:
                    yield scheme.owned.codes, (family.name, scheme.owned)
