"""The verbs as a table: what is wrong, the sentence, the exit code."""

import pytest

from broker.cli.program import swb as program

NOWHERE = ("--url", "http://127.0.0.1:9", "--key", "swb_invented")

CASES = (
    # what is wrong                arguments                                          code  words
    ("no such verb", ("fly",), 2, "No such command 'fly'"),
    ("no such file", ("translate", "absent.xml"), 2, "'absent.xml' does not exist"),
    ("a folder as file", ("translate", "."), 2, "is a directory"),
    ("no file at all", ("translate",), 2, "Missing argument 'FILES...'"),
    ("no such profile", ("translate", "FILE", "--profile", "x"), 2, "known: cusres-acknowledge"),
    ("no such sender", ("translate", "FILE", "--as-sender", "x"), 2, "known: lantern-forwarding"),
    ("no such family", ("route", "FILE", "--family", "x"), 2, "known: agency, airline, customs"),
    ("no such config", ("check", "--config", "absent"), 2, "does not exist"),
    ("no such status", ("route", "FILE", "--overall", "lost"), 2, "'lost' is not one of"),
    ("no such day", ("route", "FILE", "--on", "yesterday"), 2, "does not match"),
    ("no such samples", ("sample", "agency"), 2, "known: airline, customs"),
    ("too many items", ("sample", "customs", "--items", "1000"), 2, "1000 is not in the range"),
    ("nobody of that name", ("keys", "issue", "stranger", "--data", "DATA"), 2, "known: animal-"),
    ("nothing to revoke", ("keys", "revoke", "customs", "--data", "DATA"), 2, "no key in force"),
    ("no key", ("submit", "FILE"), 2, "give it with --key or SWB_KEY"),
    ("no broker to submit to", ("submit", "FILE", *NOWHERE), 3, "cannot be reached"),
    ("no broker to read", ("feed", *NOWHERE), 3, "is it running ('swb serve')"),
    ("no broker to trace", ("trace", "LRN=1", *NOWHERE), 3, "cannot be reached"),
    ("no broker with parked", ("parked", "list", *NOWHERE), 3, "cannot be reached"),
    ("no broker with keys", ("keys", "list", *NOWHERE), 3, "cannot be reached"),
    ("no address", ("feed", "--url", "nonsense", "--key", "k"), 3, "cannot be reached"),
    ("no reason", ("parked", "resume", "p_1", *NOWHERE), 2, "Missing option '--why'"),
    ("one key, two files", ("submit", "FILE", "FILE", "--idempotency-key", "k", *NOWHERE), 2,
     "one by one"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_is_wrong_is_told_in_a_sentence(swb, lodged, tmp_path, arguments, code, words):
    """Each mistake has its sentence, its hint and its exit code, and gives no traceback."""
    named = {"FILE": str(lodged), "DATA": str(tmp_path / "data")}
    result = swb(*(named.get(one, one) for one in arguments), env={"SWB_KEY": "", "SWB_URL": ""})
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert result.stdout == ""


def test_colours_stay_away_where_they_are_not_wanted(swb, broken):
    """A terminal gets colours, unless NO_COLOR says otherwise."""
    coloured = swb("translate", broken, color=True, env={"NO_COLOR": ""})
    plain = swb("translate", broken, color=True, env={"NO_COLOR": "1"})
    assert "\x1b[" in coloured.stdout
    assert "\x1b[" not in plain.stdout


def test_every_verb_explains_itself():
    """Each verb and each option has a sentence of help."""
    seen = []

    def look(command, name):
        assert command.get_short_help_str(100), name
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, f"{name} {parameter.name}"
        for inner, below in getattr(command, "commands", {}).items():
            seen.append(f"{name} {inner}")
            look(below, f"{name} {inner}")

    look(program, "swb")
    assert len(seen) == 28
