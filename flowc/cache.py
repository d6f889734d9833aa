"""What commands gave before, in `.flowc/cache` of the project, each with the facts about the disk that it came from.

An entry is found by what was asked (command, options, flow files) and by what answers (flowc, Python, installed packages); it counts
so long as every one of its facts holds. Entries are JSON under a digest. Whatever is wrong with one, it is a miss, and a folder that
cannot be written is a project without a cache.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from flowc.disk import OWN_FOLDER, Fact, still_holds
from flowc.project_folder import make_own_folder
from flowc.runtime_shim.version import VERSION

FORMAT: Final = 1
MOST_ENTRIES: Final = 100
_TEMPORARY: Final = "@"
_ZONES: Final = ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo")
"""Where Python looks for time zones, which `@schedule` names: https://docs.python.org/3/library/zoneinfo.html#zoneinfo.TZPATH"""


class Cache:
    """The entries of one project."""

    def __init__(self, project_root: Path) -> None:
        self._root = project_root
        self._folder = project_root / OWN_FOLDER / "cache"

    def find(self, question: Any) -> Mapping[str, Any] | None:
        """Return what was kept for `question` (plain data), or None."""
        try:
            stamp, _, body = (self._folder / _name(question)).read_bytes().partition(b"\n")
            if stamp.decode("ascii", "replace") != hashlib.sha256(body).hexdigest():
                return None
            entry = json.loads(body)
            answer: Mapping[str, Any] = entry["answer"]
            return answer if still_holds(entry["facts"]) else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def keep(self, question: Any, answer: Mapping[str, Any], facts: Sequence[Fact]) -> None:
        """Keep `answer` (plain data) for `question`, in place of an earlier one."""
        body = json.dumps({"answer": answer, "facts": facts}, separators=(",", ":")).encode()
        temporary = self._folder / f"{_TEMPORARY}{os.getpid()}.{os.urandom(6).hex()}"
        try:
            make_own_folder(self._root)
            self._folder.mkdir(exist_ok=True)
            try:
                temporary.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
                os.replace(temporary, self._folder / _name(question))
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
            self._drop_oldest()
        except OSError:
            pass

    def _drop_oldest(self) -> None:
        with os.scandir(self._folder) as found:
            entries = sorted(found, key=lambda entry: entry.stat().st_mtime, reverse=True)
        for entry in entries[MOST_ENTRIES:]:
            os.unlink(entry)


def _name(question: Any) -> str:
    asked = json.dumps([FORMAT, VERSION, sys.version, question, list(_installed())], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:40] + ".json"


def _installed() -> Iterator[list[object]]:
    """What stands for the code that answers: flowc's own files, and the folders of packages and time zones, which any install touches."""
    base = os.path.dirname(__file__)
    for folder, folders, names in os.walk(base):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            found = os.stat(os.path.join(folder, name))
            yield [os.path.relpath(folder, base), name, found.st_size, found.st_mtime_ns]
    packages = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    for folder in (*packages, *_ZONES, *os.environ.get("PYTHONTZPATH", "").split(os.pathsep)):
        try:
            yield [folder, os.stat(folder).st_mtime_ns]
        except (OSError, ValueError):
            yield [folder, None]
