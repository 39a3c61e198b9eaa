"""Every fault ends a verb with one sentence and its exit code, never with a traceback."""

import click
import pytest

from broker.cli.ends import on_bug, progress, stopped, told
from broker.client import Refused, Unreachable
from broker.errors import ConfigFault, StoppedFault


def raising(error):
    """A verb that fails like this."""

    @told
    def verb():
        raise error

    return verb


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Refused(401, "access.key-unknown", "the key is unknown"), 2, "the key is unknown"),
        (Refused(403, "access.forbidden", "may not do this"), 2, "may not do this"),
        (Refused(404, "request.not-found", "there is no such"), 2, "there is no such"),
        (Refused(409, "request.idempotency-conflict", "other bytes"), 1, "other bytes"),
        (Refused(413, "request.too-large", "at most"), 1, "at most"),
        (Refused(415, "request.content-type", "use one of"), 1, "use one of"),
        (Refused(429, "broker.busy", "later"), 3, "later"),
        (Refused(503, "broker.busy", "try again"), 3, "try again"),
        (Unreachable("cannot be reached"), 3, "cannot be reached"),
        (ConfigFault("in use"), 3, "in use"),
        (ExceptionGroup("", [ExceptionGroup("", [StoppedFault("all parked")])]), 3, "all parked"),
        (PermissionError(13, "Permission denied", "secret.xml"), 2, "secret.xml"),
        (stopped("this", "that"), 2, "this\n  that"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_fault_is_one_sentence_and_a_code(error, code, words):
    """Who calls wrongly gets 2, whose bytes are refused 1, and a broker at fault is 3."""
    with pytest.raises(click.ClickException) as ended:
        raising(error)()
    assert ended.value.exit_code == code
    assert words in ended.value.message


def test_a_bug_among_several_faults_stays_a_bug():
    """Only faults are explained away: what is our mistake is shown as one."""
    with pytest.raises(ZeroDivisionError):
        raising(ExceptionGroup("", [ZeroDivisionError("division by zero")]))()


def test_a_bug_is_told_in_a_sentence_with_its_place(capsys):
    """Even our own mistake gives no traceback: kind, place, what to do, and exit code 3."""
    try:
        raising(ZeroDivisionError("division by zero"))()
    except ZeroDivisionError as error:
        with pytest.raises(SystemExit) as ended:
            on_bug(type(error), error, error.__traceback__)
    said = capsys.readouterr().err
    assert ended.value.code == 3
    assert "this is a bug of ours: ZeroDivisionError in test_ends:" in said.replace(
        "tests.cli.", ""
    )
    assert "report it" in said


def test_no_bar_is_drawn_where_there_is_no_terminal(capsys):
    """What is written to a file holds results only."""
    assert list(progress([1, 2, 3], "counting")) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")
