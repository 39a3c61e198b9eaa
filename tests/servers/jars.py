"""The jars of Apache Kafka, copied once by Maven into a cache and used by every run after.

Rules
    The cache is `.cache/kafka-4.4.0` in the checkout, or that name in the folder SWB_TEST_CACHE.
    Whoever comes second waits for the first (a lock on a file) and copies nothing.
    The marker is written last and names every jar with its size and the pom it came from: half a
    download, or another pom's, is thrown away and copied anew.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.limits import HANG_S
from tests.servers.leash import ServerMissing

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"


def java() -> str:
    """The Java to run the servers with."""
    found = shutil.which("java")
    if found is None:
        raise ServerMissing("there is no java on this machine to run Apache Kafka with")
    return found


def kafka_jars() -> Path:
    """The folder of all jars of the server, complete."""
    cache = Path(os.environ.get("SWB_TEST_CACHE") or HERE.parent.parent / ".cache")
    folder = cache / "kafka-4.4.0"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "kafka-4.4.0.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_complete(folder):
            copy_into(folder)
    return folder


def listing(folder: Path) -> dict[str, str | int]:
    """What a complete cache holds: the pom's digest, and each jar's size."""
    sizes = {path.name: path.stat().st_size for path in folder.glob("*.jar")}
    return {"pom": hashlib.sha256(POM.read_bytes()).hexdigest(), **sizes}


def is_complete(folder: Path) -> bool:
    """Whether the marker is there and every jar is as it says."""
    try:
        return json.loads((folder / "complete.json").read_text()) == listing(folder)
    except (FileNotFoundError, ValueError):
        return False


def copy_into(folder: Path) -> None:
    """Have Maven copy the jars, and write the marker."""
    maven = shutil.which("mvn")
    if maven is None:
        raise ServerMissing("there is no mvn on this machine to fetch Apache Kafka with")
    shutil.rmtree(folder, ignore_errors=True)
    command = [
        maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies",
        f"-DoutputDirectory={folder}",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=HANG_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ServerMissing(f"Maven did not bring Apache Kafka in {HANG_S:g} s") from None
    if done.returncode:
        raise ServerMissing(f"Maven cannot bring Apache Kafka: {done.stdout[-2000:]}")
    (folder / "complete.json").write_text(json.dumps(listing(folder)))
