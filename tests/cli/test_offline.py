"""`swb translate` as a newcomer meets it."""

import json
import re
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from broker.cli.offline import Language, language_of, read_file
from broker.model.problem import as_json
from broker.translation.step import Submission, canonical_json, translated


def test_translate_shows_verdict_and_event(swb, lodged):
    """An accepted message is shown with what it does, by which reference, and how much it says."""
    result = swb("translate", lodged)
    assert result.exit_code == 0
    assert f"{lodged}: UK CDS WCO-DEC 3.6\n" in result.stdout
    assert "  read as UK CDS WCO-DEC 3.6, profile qz-declarations\n" in result.stdout
    assert "message 1, QZ-CLI-1: accepted" in result.stdout
    assert "event: put of declaration (LRN QZ-CLI-1): goods-declaration" in result.stdout
    assert "2 GovernmentAgencyGoodsItem" in result.stdout


def test_translate_shows_where_a_problem_stands(swb, broken):
    """A problem comes with place, path, value found, what was expected and what to do; exit 1."""
    result = swb("translate", broken)
    assert result.exit_code == 1
    said = result.stdout
    assert "message 1, QZ-CLI-2: rejected" in said
    assert "error wco.declaration.type-unknown: TypeCode is 'QQQ'" in said
    assert "xpath /md:MetaData/Declaration/TypeCode" in said
    assert "path Declaration.TypeCode (WCO pointer 42A/D013)" in said
    assert "found: QQQ" in said
    assert "expected: a code of the list uk-declaration-types, such as IMA" in said
    assert "hint: " in said


def test_translate_json_has_the_documented_shape(swb, lodged):
    """--json gives file, format, messages with verdict, problems and events, and problems."""
    said = json.loads(swb("translate", "--json", lodged).stdout)
    assert list(said) == ["file", "format", "messages", "problems"]
    assert said["file"] == str(lodged)
    assert said["format"] == "UK CDS WCO-DEC 3.6"
    assert said["problems"] == []
    (message,) = said["messages"]
    assert list(message) == [
        "number", "reference", "verdict", "format", "profile", "problems", "events"
    ]  # fmt: skip
    (event,) = message["events"]
    assert list(event) == ["kind", "does", "references", "part", "body", "unmapped"]
    assert event["references"] == [["LRN", "QZ-CLI-1"]]
    assert canonical_json("goods-declaration", event["body"])
    assert all(len(one) == 3 for one in event["unmapped"])


def test_a_rejected_message_still_yields_its_event(swb, broken):
    """What was meant can be seen even where nobody would receive it."""
    said = json.loads(swb("translate", "--json", broken).stdout)
    (message,) = said["messages"]
    assert message["verdict"] == "rejected"
    assert message["problems"][0]["where"]["xpath"] == "/md:MetaData/Declaration/TypeCode"
    assert message["events"][0]["body"]["TypeCode"] == "QQQ"


def test_bytes_nobody_recognises_are_one_problem(swb, tmp_path):
    """A file of no known format is told in one problem that names the formats; exit 1."""
    file = tmp_path / "letter.txt"
    file.write_text("Dear customs, here are some flowers.")
    result = swb("translate", "--json", file)
    said = json.loads(result.stdout)
    assert result.exit_code == 1
    assert said["messages"] == []
    assert [one["code"] for one in said["problems"]] == ["submission.format-unknown"]
    assert "UK CDS WCO-DEC 3.6" in said["problems"][0]["expected"]


def test_an_empty_file_is_one_problem(swb, tmp_path):
    """No bytes are no message; exit 1."""
    file = tmp_path / "empty.xml"
    file.write_bytes(b"")
    result = swb("translate", file)
    assert result.exit_code == 1
    assert "submission.empty" in result.stdout


def test_a_dash_reads_standard_input(swb, lodged):
    """`-` stands for standard input."""
    result = swb("translate", "-", input=lodged.read_bytes())
    assert result.exit_code == 0
    assert result.stdout.startswith("-: UK CDS WCO-DEC 3.6")


def test_one_rejected_file_among_several_makes_it_fail(swb, lodged, broken):
    """Every file is shown, and the exit code tells that one of them is rejected."""
    result = swb("translate", lodged, broken, lodged)
    assert result.exit_code == 1
    assert result.stdout.count(": accepted") == 2
    assert result.stdout.count(": rejected") == 1


def test_the_dialect_may_be_a_senders(swb, lodged):
    """--as-sender reads with that sender's families and profiles."""
    result = swb("translate", "--as-sender", "pebble-imports", lodged)
    assert result.exit_code == 0
    assert "profile qz-declarations" in result.stdout


def test_a_family_narrows_what_is_recognised(swb, lodged):
    """A declaration is of no format of the agencies' family."""
    result = swb("translate", "--family", "agency", lodged)
    assert result.exit_code == 1
    assert "no format of agency" in result.stdout


def test_a_file_that_is_rejected_as_a_whole_has_a_verdict(swb, tmp_path):
    """It is message 0, as the status of a submission calls it."""
    file = tmp_path / "letter.txt"
    file.write_text("Dear customs, here are some flowers.")
    said = swb("translate", file).stdout
    assert "  message 0, the whole file: rejected\n    error submission.format-unknown" in said


def test_nothing_of_a_rejected_message_seems_to_go_on(swb, lodged, broken):
    """What a rejected message says is shown as what would be; of an accepted one it is an event."""
    said = swb("translate", broken).stdout
    assert "    if it were accepted: put of declaration (LRN QZ-CLI-2)" in said
    assert "event:" not in said
    assert "    event: put of declaration" in swb("translate", lodged).stdout


def test_a_list_that_is_refused_for_some_of_its_persons_is_seen_by_scripts(swb, tmp_path):
    """The message is rejected, the text says for how many persons, and the exit code is 1."""
    book = load_workbook(BytesIO(swb("sample", "maritime", "--kind", "fal5").stdout_bytes))
    file = tmp_path / "crew.xlsx"
    book.save(file)
    assert swb("translate", file).exit_code == 0
    book["FAL 5"]["K6"], book["FAL 5"]["K8"] = "Atlantis", ""
    book.save(file)
    for how in ([], ["--json"]):
        assert swb("translate", *how, file).exit_code == 1
    said = swb("translate", file).stdout
    assert ": rejected" in said
    assert "2 of 10 persons have an error: the whole list was refused" in said
    assert said.index("cell A3") < said.index("cell K6") < said.index("cell K8")
    routed = swb("route", file)
    assert routed.exit_code == 1
    assert "see 'swb translate'. If it were accepted:" in routed.stdout


def test_a_file_without_a_message_is_rejected(swb, tmp_path):
    """An interchange that holds nothing is rejected as the broker rejects it, and is not silent."""
    file = tmp_path / "nothing.edi"
    file.write_bytes(b"UNA:+.? 'UNB+UNOA:4+QZSENDER+QZRECEIVER+261130:1200+1'UNZ+0+1'")
    for verb, how in (("translate", []), ("translate", ["--json"]), ("route", [])):
        result = swb(verb, *how, file)
        assert result.exit_code == 1
        assert "edifact.no-message" in result.stdout


def test_the_character_nul_is_refused_as_the_broker_refuses_it(swb, tmp_path):
    """Neither log nor database keeps it; what the message holds is printed all the same."""
    file = tmp_path / "nul.json"
    item = swb("sample", "postal", "--kind", "items", "--items", "1").stdout
    file.write_text(item.replace("Invented Sender", "Invented\\u0000Sender", 1))
    result = swb("translate", file)
    assert result.exit_code == 1
    assert ": rejected" in result.stdout
    assert "submission.nul" in result.stdout
    assert "if it were accepted: put of item" in result.stdout


def test_a_file_beyond_the_limits_is_rejected(swb, tmp_path, config):
    """The limits are those of broker.yaml: of a file, and of what one message makes of a record."""
    settings = (config / "broker.yaml").read_text()
    item = json.loads(swb("sample", "postal", "--kind", "items", "--items", "1").stdout)
    item["AdditionalDocument"] = [{"ID": "x" * 70, "Name": "y" * 35}] * 999
    file = tmp_path / "long.json"
    file.write_text(json.dumps(item))
    for name, limit, expected in (("body_bytes_max", 1500, "1,500"),
                                  ("record_bytes_max", 100_000, "100,000")):  # fmt: skip
        changed = re.sub(rf"(?m)^{name}: .*$", f"{name}: {limit}", settings)
        (config / "broker.yaml").write_text(changed)
        result = swb("translate", "--json", "--config", config, file)
        said = json.loads(result.stdout)
        told = [*said["problems"], *(one for each in said["messages"] for one in each["problems"])]
        assert [(one["code"], one["expected"]) for one in told] == [
            ("submission.too-large", f"at most {expected} bytes")
        ]
        assert result.exit_code == 1


def _of_broker(payload: bytes, language: Language) -> list[tuple[Any, ...]]:
    """Number, verdict and problems of each message, as the broker's translation gives them."""
    submission = Submission(
        "s_1", 1, "sender", "party", "", "", "", "", "2026-11-30T12:00:00Z", "", "", "", payload
    )
    return [
        (one.number, one.verdict, [as_json(each) for each in one.problems])
        for one in translated(submission, language.uses())
    ]


def test_every_real_file_has_the_same_verdict_here_and_in_the_broker(corpus):
    """Files that failed once, and some of each folder of the corpus: verdicts and problems."""
    language = language_of(None, None, None, None)
    files = [one for one in sorted(corpus.parent.glob("cases/**/*")) if one.is_file()]
    for folder in sorted({one.parent for one in corpus.glob("**/*.*")}):
        sizes = [one for one in sorted(folder.glob("*.*")) if one.stat().st_size < 300_000]
        files += [one for one in sizes if one.is_file()][:2]
    assert len(files) > 50
    for file in files:
        found = [
            (one.number, one.verdict, [as_json(each) for each in one.problems])
            for one in (each.translated for each in read_file(file, language).messages)
        ]
        assert found == _of_broker(file.read_bytes(), language), file.name


def test_the_profile_of_another_format_is_refused(swb, lodged):
    """A file is not read without any demands because somebody named the wrong dialect."""
    result = swb("translate", "--profile", "uk-nmsw-fal1", lodged)
    assert result.exit_code == 2
    assert "the file is UK CDS WCO-DEC 3.6; profile 'uk-nmsw-fal1' is of another" in result.stderr


def test_control_characters_of_a_file_do_not_reach_the_terminal(swb, tmp_path, lodged):
    """What a sender wrote cannot steer the terminal it is shown on."""
    file = tmp_path / "steering.xml"
    file.write_bytes(lodged.read_bytes().replace(b">IMA<", ">I\u009b31m<".encode()))
    assert "\u009b" not in swb("translate", file).stdout
