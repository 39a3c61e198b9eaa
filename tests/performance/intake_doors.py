"""A process with nothing but the doors: the role that intake is, without the stations behind it."""

import asyncio
import sys
from pathlib import Path

import uvloop

from broker.configuration import read
from broker.doors import Keyring
from broker.plumbing import opened
from broker.serve import steady, web_server, with_operators
from broker.settings import Secrets, Settings
from broker.state import keys
from broker.stations import assemble

ROOT = Path(__file__).parent.parent.parent


async def run(directory: str, port: int) -> None:
    """Accept until SIGTERM."""
    settings = Settings(data_directory=directory, port=port, log_level="WARNING")
    configuration = with_operators(read(ROOT / "config"), settings)
    async with opened(settings, Secrets(), ()) as plumbing, asyncio.TaskGroup() as group:
        stations = assemble(configuration, plumbing, settings)
        known = await plumbing.database.read(keys.live)
        keyring = Keyring(plumbing, configuration.principals, known)
        server = web_server(settings, configuration, plumbing, (stations, keyring))
        accepting = group.create_task(stations.acceptance.run())
        steady()
        await server.serve()
        accepting.cancel()


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], int(sys.argv[2])))
