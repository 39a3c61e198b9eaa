"""How a verb ends: exit codes, and every fault as one sentence with a hint.

0  fine
1  rejected: a message was rejected or declined, something of it was left out, a check found
   something, the broker refused the bytes
2  usage: an argument, a name, a key or an id is wrong
3  the broker cannot be reached, or is at fault
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from broker.client import Refused, Unreachable
from broker.errors import BrokerError

REJECTED, USAGE, BROKEN = 1, 2, 3

Given = ParamSpec("Given")
Made = TypeVar("Made")
One = TypeVar("One")

_HINTS = {
    401: "give the key you were issued with --key or SWB_KEY; 'swb keys issue NAME' makes one",
    403: "use the key of someone who may do this",
}


def stopped(text: str, hint: str = "", *, code: int = USAGE) -> click.ClickException:
    """The exception that ends a verb with this sentence, this hint and this exit code."""
    stop = click.ClickException(f"{text}\n  {hint}" if hint else text)
    setattr(stop, "exit_code", code)  # noqa: B010  click types it as the class's
    return stop


def told(verb: Callable[Given, Made]) -> Callable[Given, Made]:
    """The verb, with faults ending it in a sentence instead of a traceback."""

    @wraps(verb)
    def run(*given: Given.args, **named: Given.kwargs) -> Made:
        try:
            return verb(*given, **named)
        except Refused as refusal:
            raise _refused(refusal) from refusal
        except Unreachable as silence:
            hint = "is it running ('swb serve'), and is --url (or SWB_URL) its address?"
            raise stopped(str(silence), hint, code=BROKEN) from silence
        except BrokerError as fault:
            raise stopped(str(fault), code=_code(fault.http_status)) from fault
        except BaseExceptionGroup as group:
            raise _first(group) from group
        except BrokenPipeError as gone:  # whoever read the output has had enough
            sys.stderr.close()
            raise click.exceptions.Exit(0) from gone
        except OSError as error:
            name = f" {error.filename!r}" if error.filename else ""
            raise stopped(f"cannot use the file{name}: {error.strerror or error}") from error

    return run


def ended(*, well: bool) -> None:
    """End the verb: 0 if all went well, else 1."""
    if not well:
        raise click.exceptions.Exit(REJECTED)


def progress(things: Sequence[One], label: str, *, printed: bool = True) -> Iterator[One]:
    """The things one by one, with a bar on a terminal's standard error if it takes long.

    `printed`: results go to standard output meanwhile, so no bar if that is the terminal too.
    """
    if len(things) < 2 or not sys.stderr.isatty() or (printed and sys.stdout.isatty()):
        yield from things
        return
    with click.progressbar(things, label=label, file=sys.stderr) as bar:
        yield from bar


def on_bug(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """For `sys.excepthook`: what is a bug of ours, in a sentence, and exit code 3."""
    if issubclass(kind, KeyboardInterrupt):
        raise SystemExit(130)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"
    text = f"Error: this is a bug of ours: {kind.__name__} in {place}: {error}"
    click.echo(f"{text}\n  please report it with the command you gave", err=True)
    raise SystemExit(BROKEN)


def _refused(refusal: Refused) -> click.ClickException:
    hint = _HINTS.get(refusal.status, "")
    return stopped(refusal.detail or refusal.code, hint, code=_code(refusal.status))


def _code(status: int) -> int:
    """The caller's own mistake is usage; refused bytes are rejected; all else is the broker's."""
    if status in {400, 401, 403, 404, 405, 422}:
        return USAGE
    return REJECTED if 400 <= status < 500 and status != 429 else BROKEN


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first fault of several that ended a process together; a bug stays one."""
    fault: BaseException = group
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return stopped(str(fault), code=BROKEN) if isinstance(fault, BrokerError) else fault
