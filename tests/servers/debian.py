"""What a test needs of Debian's packages, installed once where it is missing.

Rules
    As root a package is installed, by one process only; otherwise what to install is said.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.limits import HANG_S
from tests.servers.leash import ServerMissing


def of_package(name: str, installed: Callable[[], Path | None]) -> Path:
    """What `installed` finds; where it finds nothing, the package is installed first."""
    return installed() or _install(name, installed)


def _install(name: str, installed: Callable[[], Path | None]) -> Path:
    if shutil.which("apt-get") is None:
        raise ServerMissing(f"{name} is not installed, and this is no Debian")
    if os.geteuid() != 0:
        raise ServerMissing(f"{name} is not installed: apt-get install {name}")
    with Path(tempfile.gettempdir(), "single-window-install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if found := installed():
            return found
        wanted = ("install", "-y", "--no-install-recommends", name)
        said = apt(*wanted)
        if installed() is None:
            apt("update")
            said = apt(*wanted)
    found = installed()
    if found is None:
        raise ServerMissing(f"the package {name} cannot be had: {said[-2000:]}")
    return found


def apt(*words: str) -> str:
    """Run apt-get without questions, and give what it said."""
    try:
        return subprocess.run(
            ["apt-get", *words], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=HANG_S, check=False,
        ).stdout  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ServerMissing(f"apt-get {words[0]} takes longer than {HANG_S:g} s") from None
