"""The configuration of a state, read whole: all that is wrong is told at once."""

import shutil
from dataclasses import replace

import pytest
import yaml

from broker.access import Principal
from broker.configuration import FOLDERS, examine, installed_families, read
from broker.errors import ConfigFault
from broker.serve import with_operators
from broker.settings import Settings
from tests.broker_in_process import CONFIG, configuration


@pytest.fixture
def folder(tmp_path):
    """The sample configuration, to be changed."""
    return shutil.copytree(CONFIG, tmp_path / "config")


def change(folder, file, **values):
    """Write other values into a file; None takes a key out."""
    path = folder / file
    told = {**(yaml.safe_load(path.read_text()) if path.exists() else {}), **values}
    kept = {key: value for key, value in told.items() if value is not None}
    path.write_text(yaml.safe_dump(kept))


def findings(folder):
    """What is wrong with it, as (file, path, text)."""
    return [(one.file, one.path, one.text) for one in examine(folder)[1]]


def table(**verdicts):
    """A table of requests with one state."""
    return {"states": [{"name": "lodged"}], "verdicts": verdicts}


SENDER, AGENCY = "senders/lantern-forwarding.yaml", "recipients/customs.yaml"
PROFILE, LIST = "profiles/uk-cds.yaml", "codelists/uk-declaration-types.yaml"
MISTAKES = (
    # file, what is written into it, where the finding stands, what it names
    (SENDER, {"party": None}, (SENDER, "party"), "required"),
    (SENDER, {"colour": "red"}, (SENDER, "colour"), "extra"),
    (SENDER, {"name": "Lantern Forwarding"}, (SENDER, "name"), "pattern"),
    (SENDER, {"families": []}, (SENDER, "families"), "at least 1"),
    (SENDER, {"families": "customs"}, (SENDER, "families"), "tuple"),
    (SENDER, {"profiles": ["nowhere"]}, (SENDER, "profiles[0]"), "'nowhere'"),
    (SENDER, {"name": "pebble-imports"}, ("senders/pebble-imports.yaml", "name"), "two files"),
    (SENDER, {"name": "customs"}, (SENDER, "name"), "recipient too"),
    (SENDER, {"name": "submitter"}, (SENDER, "name"), "recipient too"),
    (SENDER, {"party": "customs"}, (SENDER, "party"), "is a recipient"),
    (SENDER, {"limits": {"requests_per_minute": 0}}, (SENDER, "limits.requests_per_minute"), "1"),
    (SENDER, {"limits": {"bytes_in_flight": "x"}}, (SENDER, "limits.bytes_in_flight"), "integer"),
    (AGENCY, {"limits": {"speed": 9}}, (AGENCY, "limits.speed"), "extra"),
    (AGENCY, {"channel": "pigeon"}, (AGENCY, "channel"), "feed"),
    (AGENCY, {"reports": ["landed"]}, (AGENCY, "reports"), "'arrived'"),
    (AGENCY, {"profiles": ["x-y"]}, (AGENCY, "profiles[0]"), "'x-y'"),
    (SENDER, {"families": ["customs", "rail"]}, (SENDER, "families[1]"), "not installed"),
    (PROFILE, {"family": "rail"}, (PROFILE, "family"), "'rail' is not installed"),
    (PROFILE, {"format": "UK CDS 9"}, (PROFILE, "format"), "'UK CDS 9'"),
    ("recipients/unheard.yaml", {"name": "unheard", "title": "No row names it"},
     ("recipients/unheard.yaml", "name"), "no row of routes/ names 'unheard'"),
    (AGENCY, {"name": "duties"}, ("routes/customs.yaml", ""), "'customs'"),
    ("recipients/plant-health.yaml", {"no_personal": True}, ("", ""), "plant-health"),
    (PROFILE, {"format": None}, (PROFILE, "format"), "required"),
    (PROFILE, {"time_zones": "x"}, (PROFILE, "time_zones"), "extra"),
    (PROFILE, {"extends": "nowhere"}, (PROFILE, "extends"), "'nowhere'"),
    (PROFILE, {"requests": [table(amend={"lost": "apply"})]},
     (PROFILE, "requests[0].verdicts.amend.lost"), "unknown state 'lost'"),
    (PROFILE, {"requests": [table(amend={"any": "ask heritage-protection"})]},
     (PROFILE, "requests[0].verdicts.amend.any"), "'heritage-protection'"),
    (PROFILE, {"requests": [table() | {"expires": "soon"}]}, (PROFILE, "requests"), "expires"),
    (PROFILE, {"name": "uk-cds-responses"}, ("profiles/uk-cds.yaml", "name"), "two files"),
    (PROFILE, {"constraints": [{"path": "ID", "demand": "wish", "code": "a.b"}]},
     (PROFILE, "constraints.0.demand"), "'mandatory'"),
    (PROFILE, {"constraints": [{"path": "A.B", "demand": "count", "other": "C", "code": "a.b"}]},
     (PROFILE, "constraints.0.other"), "below the class"),
    (PROFILE, {"constraints": [{"path": "ID", "demand": "codes", "code": "a.b", "codes": "none"}]},
     (PROFILE, "constraints"), "'none'"),
    (LIST, {"codes": None}, (LIST, "codes"), "required"),
    (LIST, {"name": "uk-exit-offices-refused"}, ("codelists/uk-exit-offices-refused.yaml", "name"),
     "two files"),
    ("routes/new.yaml", {"rules": []}, ("routes/new.yaml", ""), ""),
    ("views/customs-board.yaml", {"paths": ["Nothing.There"]}, ("views/customs-board.yaml", ""),
     "Nothing.There"),
)  # fmt: skip


@pytest.mark.parametrize(("file", "values", "place", "named"), MISTAKES)
def test_a_mistake_is_found_with_its_file_path_and_value(folder, file, values, place, named):
    """Each kind of mistake is a finding that says where it stands and what was written there."""
    change(folder, file, **values)
    found = findings(folder)
    where, path = place
    matching = [
        text for at, inside, text in found if at.startswith(where) and inside.startswith(path)
    ]
    assert any(named.lower() in text.lower() or named in str(found) for text in matching), found


BROKEN = (b"a: [", b"\xff\xfe\x00", b"name: [unclosed\n", b"", b"- a\n- b\n", b"just words")


@pytest.mark.parametrize("content", BROKEN)
def test_any_bytes_in_a_file_are_findings_not_a_crash(folder, content):
    """No YAML, no UTF-8, nothing, a list, a word: the file is named, the others are read."""
    broken = [f"{name}/broken.yaml" for name in FOLDERS]
    for name in broken:
        (folder / name).write_bytes(content)
    assert {file for file, _, _ in findings(folder)} == set(broken)


def test_all_that_is_wrong_is_told_at_once(folder):
    """One reading finds the mistakes of every folder; nothing starts with any of them."""
    change(folder, SENDER, party=None)
    change(folder, AGENCY, channel="pigeon")
    change(folder, PROFILE, format=None)
    change(folder, "views/customs-board.yaml", paths=["Nothing.There"])
    files = {file.split("/")[0] for file, _, _ in findings(folder)}
    assert files >= {"senders", "recipients", "profiles", "views"}
    with pytest.raises(ConfigFault) as caught:
        read(folder)
    for name in ("party", "pigeon", "format", "Nothing.There"):
        assert name in str(caught.value) or name == "pigeon"


def test_the_sample_configuration_is_right():
    """It has no finding, and every family and kind that is installed."""
    assert findings(CONFIG) == []
    families = installed_families()
    assert set(families) >= {"customs", "postal", "maritime", "airline", "agency"}
    assert set(configuration().kinds) == {"declaration", "item", "visit", "flight"}
    assert set(configuration().adapters) == {
        "UK CDS WCO-DEC 3.6", "UK CDS WCO-RES 3.6", "UPU ITMATT V1", "postal item JSON 1",
        "UK NMSW FAL 1", "UK NMSW FAL 5", "WCO/IATA/ICAO PAXLST",
        "CUSRES acknowledgements", "CUSRES answers", "answer JSON 1",
        *(f"request JSON 1 ({family})" for family in ("airline", "customs", "maritime", "postal")),
    }  # fmt: skip


def test_a_folder_that_is_not_there_is_a_fault(tmp_path):
    """It says which, and what to do."""
    with pytest.raises(ConfigFault, match="--config"):
        read(tmp_path / "nowhere")


CHANGES = (
    (SENDER, {"title": "Another title"}),
    (AGENCY, {"binds": []}),
    (PROFILE, {"time_zone": "UTC"}),
    (LIST, {"source": "elsewhere"}),
    ("views/customs-board.yaml", {"title": "another title"}),
)


def test_limits_of_a_file_are_those_of_its_principal(folder):
    """What a sender or an agency may do; nothing written: what the settings say."""
    change(folder, SENDER, limits={"requests_per_minute": 600, "bytes_in_flight": 2_000_000})
    change(folder, AGENCY, limits={"submissions_in_flight": 9})
    known = read(folder).principals
    sender, agency = known["lantern-forwarding"].limits, known["customs"].limits
    assert sender.model_dump(exclude_none=True) == {
        "requests_per_minute": 600, "bytes_in_flight": 2_000_000
    }  # fmt: skip
    assert agency.model_dump(exclude_none=True) == {"submissions_in_flight": 9}
    assert known["pebble-imports"].limits.model_dump(exclude_none=True) == {}


def test_what_is_tolerated_in_envelopes_is_said_by_a_profile_of_the_syntax(folder):
    """In the profile of a format it would be read by nothing, and is found."""
    settings = {"severities": {"edifact.count-wrong": "warning", "value.too-long": "warning"}}
    change(folder, "profiles/paxlst-guide.yaml", settings=settings)
    found = [one for one in findings(folder) if one[1].startswith("settings.severities")]
    ((file, _, text),) = found
    assert file == "profiles/paxlst-guide.yaml"
    assert "'edifact.count-wrong' is judged by a profile of UN/EDIFACT" in text


@pytest.mark.parametrize(("file", "values"), CHANGES)
def test_the_digest_is_of_the_content(folder, file, values):
    """Any file that says something else makes another configuration; the same files, the same."""
    change(folder, file, **values)
    assert read(folder).digest != configuration().digest


def test_the_digest_does_not_hang_on_how_a_file_is_written(folder):
    """Comments and the order of keys are no content."""
    path = folder / AGENCY
    told = yaml.safe_load(path.read_text())
    path.write_text("# a remark\n" + yaml.safe_dump(dict(reversed(told.items())), sort_keys=False))
    assert read(folder).digest == configuration().digest


DATED = {
    "path": "ID", "demand": "mandatory", "code": "x.id", "valid_from": "2026-06-01",
    "valid_to": "2026-06-30",
}  # fmt: skip


def test_a_constraint_holds_on_the_day_of_receipt(folder):
    """Not on the day of translation: what came in June is judged by June's rules."""
    change(folder, PROFILE, constraints=[DATED])
    known = read(folder)
    for received_at, holds in (
        ("2026-05-31T23:59:59.999Z", False),
        ("2026-06-01T00:00:00.000Z", True),
        ("2026-06-30T23:59:59.999Z", True),
        ("2026-07-01T00:00:00.000Z", False),
    ):
        profile = known.profile_of("uk-cds", "UK CDS WCO-DEC 3.6", received_at)
        assert bool(profile.constraints) is holds, received_at


def test_a_code_list_that_changed_is_another_profile(folder):
    """Two configurations in one process do not share what was chosen for a day."""
    first = read(folder)
    told = yaml.safe_load((folder / LIST).read_text())["codes"]
    change(folder, LIST, codes={**told, "QQQ": "invented"})
    second = read(folder)
    name = yaml.safe_load((folder / LIST).read_text())["name"]
    chosen = [
        one.profile_of("uk-cds", "UK CDS WCO-DEC 3.6", "2026-06-01T00:00:00.000Z").codelists[name]
        for one in (first, second)
    ]
    assert ["QQQ" in one.codes for one in chosen] == [False, True]


def test_numbers_as_keys_of_a_profile_do_not_stop_the_reading(folder):
    """YAML reads 01 as a number: the profile is read all the same."""
    told = yaml.safe_load((folder / PROFILE).read_text())["settings"]
    change(folder, PROFILE, settings={**told, "function_codes": {1: "01"}})
    assert findings(folder) == []


def test_no_profile_is_an_empty_one():
    """A sender without profile is judged by the adapter's own demands alone."""
    known = configuration()
    empty = known.profile_of("", "UK CDS WCO-DEC 3.6", "2026-06-01")
    assert (empty.name, empty.constraints, empty.format) == ("", (), "UK CDS WCO-DEC 3.6")
    assert known.profile_name(("uk-cds",), "UK CDS WCO-DEC 3.6") == "uk-cds"
    assert known.profile_name(("uk-cds",), "answer JSON 1") == ""
    assert known.profile_name((), "answer JSON 1") == ""


@pytest.mark.parametrize("name", ["unknown", "uk-cds-responses"])
def test_a_profile_that_is_not_known_or_of_another_format_is_a_fault(name):
    """An empty one in its place would accept whatever a sender sends."""
    with pytest.raises(ConfigFault, match=name):
        configuration().profile_of(name, "UK CDS WCO-DEC 3.6", "2026-06-01")
    with pytest.raises(ConfigFault, match="unknown"):
        configuration().profile_name(("unknown",), "answer JSON 1")


def test_an_operator_may_not_have_the_name_of_somebody_else():
    """A key of an agency would open the operators' doors."""
    plain = replace(configuration())
    known = with_operators(plain, Settings(operators=("duty-desk", "night-desk"))).principals
    assert known["night-desk"] == Principal("night-desk", "operator", "night-desk", ())
    with pytest.raises(ConfigFault, match="customs"):
        with_operators(plain, Settings(operators=("customs",)))
