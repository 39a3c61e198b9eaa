"""Codes in public names: whose code a reference holds decides who has a right to what it names.

Anybody can compose a public name (a flight, the identifier of an item), so it gives no right by
itself. The code in it belongs to one party, as the files of the senders say (`owns`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

Joining = Literal["beside", "yields", "refused"]
"""What becomes of a part that is lodged by a party which does not own the code of its reference.

beside   it is a part of its own, beside the owner's
yields   the same until the owner lodges that part; then it is withdrawn from its readers
refused  it is declined, whether anything is known by the reference or not
"""

Owners = Mapping[tuple[str, str], str]
"""The party that owns a code, by class of codes and code."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Where the values of a scheme hold a code that a party owns.

    `codes` names the class of codes, as senders' files do. `shape`: a regular expression of one
    code. `before`, `behind`: those of what stands around it in a value, from its first character
    on; what follows `behind` may be anything.
    """

    codes: str
    shape: str
    before: str = ""
    behind: str = ""

    def code_in(self, value: str) -> str | None:
        """The code in a value; None for a value that holds none."""
        found = _compiled(f"{self.before}({self.shape}){self.behind}").match(value)
        return found[1] if found else None

    def is_code(self, text: str) -> bool:
        """Whether a text has the shape of a code of this class."""
        return _compiled(self.shape).fullmatch(text) is not None


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)
