"""An empty PostgreSQL server on a free loopback port, from Debian's package. Standard library only.

SQLite will not do for a real scheduler: under load 2.11 loses updates on it and 3.3 finds it locked.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
SERVER_USER = "postgres"
"""Who runs the server where we are root, which it refuses; the package makes this user."""


@dataclass(frozen=True, slots=True)
class Database:
    """How to start one server: its command, its folder (to be removed afterwards), its port on 127.0.0.1."""

    command: tuple[str, ...]
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The address as SQLAlchemy spells it."""
        return f"postgresql+psycopg2://airflow@127.0.0.1:{self.port}/postgres"


def prepare_database() -> Database:
    """Make an empty database and return how to start its server; raises AssertionError where PostgreSQL is not installed."""
    programs = find_programs()
    # Outside pytest's folders, which only their owner may enter; the path of the server's socket is short as well.
    folder = Path(tempfile.mkdtemp(prefix="flowc-pg-", dir="/tmp"))
    user = []
    if os.geteuid() == 0:
        user = ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--init-groups", "--"]
        shutil.chown(folder, SERVER_USER)
    initdb = [*user, str(programs / "initdb"), "-D", str(folder), "-A", "trust", "-U", "airflow", "-E", "UTF8", "--no-sync"]
    done = subprocess.run(initdb, cwd="/", capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(folder)
        raise AssertionError(f"initdb ended with {done.returncode}\n{done.stderr[-2000:]}")
    port = free_port()
    server = [str(programs / "postgres"), "-D", str(folder), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-c", "fsync=off"]
    return Database((*user, *server), folder, port)


def find_programs() -> Path:
    """Return the folder of `initdb` and `postgres`: that of the PATH, else Debian's latest."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise AssertionError(
        f"PostgreSQL is not installed (no initdb and postgres on the PATH or in {DEBIAN}/*/bin): apt-get install postgresql"
    )


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
