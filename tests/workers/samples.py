"""What workers translate in the tests: the samples of every family, and their records' headers."""

from functools import cache

from broker.adapter import Adapter, Profile
from broker.configuration import installed_families
from broker.formats import choose

AT = "2026-11-22T09:30:00.000Z"


@cache
def adapters() -> dict[str, Adapter]:
    """Every adapter that is installed, by its format."""
    families = installed_families().values()
    return {one.format: one for family in families for one in family.adapters}


def samples(seed: int = 7) -> dict[str, bytes]:
    """A sample of each kind of each family."""
    return {
        f"{family.name} {kind}": compose(items=12, number=4, seed=seed)
        for family in installed_families().values()
        for kind, compose in (family.samples or {}).items()
    }


def usable_for(headers: dict[str, str]) -> dict[str, Profile]:
    """The format of these headers, without a profile."""
    form = headers["swb_format"]
    return {form: Profile("", headers["swb_family"], form)} if form else {}


def headers_for(payload: bytes, number: int = 1, **more: str) -> dict[str, str]:
    """The headers of the record of a submission."""
    families = installed_families().values()
    chosen = choose([one for family in families for one in family.adapters], payload)
    adapter = chosen[0] if chosen else None
    family = adapter.family if adapter else "customs"
    return {
        "ce_id": f"s_{number}", "swb_number": str(number), "swb_sender": "lantern",
        "swb_party": "lantern", "swb_family": family,
        "swb_format": adapter.format if adapter else "", "ce_time": AT, **more,
    }  # fmt: skip
