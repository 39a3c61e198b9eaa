"""A real browser for the tests: Debian's Chromium, without a window.

    async with browser(program()) as opened:
        page = await opened.new_page()

Rules
    Chromium's own sandbox does not run as root; it sees pages of the broker under test alone.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.servers.debian import of_package


def program() -> Path:
    """The program; as root, Debian's package is installed if need be."""
    return of_package("chromium", _installed)


def _installed() -> Path | None:
    found = shutil.which("chromium")
    return Path(found) if found else None


@asynccontextmanager
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """The browser, which ends with the block."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as play:
        opened = await play.chromium.launch(executable_path=str(chromium), args=arguments)
        try:
            yield opened
        finally:
            await opened.close()
