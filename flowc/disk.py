"""What flowc asks of the disk while it reads and compiles, kept so that it can be asked again.

Everything on disk that decides what a compile gives is asked of a `Disk`: so long as the answers are the same, so is the result.
"""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from typing import Final

Fact = tuple[str, str, str]
"""A question, the absolute path it is about, and the answer."""
Location = str | os.PathLike[str]


class Disk:
    """Answers questions about files and folders and remembers what it said; symbolic links are followed unless it says otherwise."""

    def __init__(self) -> None:
        self._facts: dict[tuple[str, str], str] = {}
        self._steady = True

    def read(self, path: Location) -> bytes:
        """Return the content of a regular file; raises OSError for anything else, a device or a pipe included."""
        try:
            data = _content(os.fspath(path))
        except OSError as error:
            self._note("content", path, _refusal(error))
            raise
        self._note("content", path, _digest(data))
        return data

    def names(self, folder: Location) -> list[tuple[str, bool]]:
        """Return the names in a folder, sorted, and whether each is a folder; none where it cannot be read."""
        found = _names(os.fspath(folder))
        self._note("names", folder, _names_answer(found))
        return found

    def is_file(self, path: Location) -> bool:
        """Whether a regular file stands there."""
        return self._ask("file", path) == _YES

    def is_folder(self, path: Location) -> bool:
        """Whether a folder stands there."""
        return self._ask("folder", path) == _YES

    def exists(self, path: Location) -> bool:
        """Whether anything stands there."""
        return self._ask("there", path) == _YES

    def is_link(self, path: Location) -> bool:
        """Whether a symbolic link stands there."""
        return self._ask("link", path) == _YES

    def real_path(self, path: Location) -> str:
        """Return the path without symbolic links in it."""
        return self._ask("real path", path)

    def size(self, path: Location) -> int | None:
        """Return the size of a regular file in bytes, None where none stands there."""
        found = self._ask("size", path)
        return int(found) if found else None

    def facts(self) -> tuple[Fact, ...] | None:
        """Return everything that was asked and answered; None where one question had two answers, for the disk changed meanwhile."""
        return tuple((question, path, answer) for (question, path), answer in self._facts.items()) if self._steady else None

    def _ask(self, question: str, path: Location) -> str:
        answer = _QUESTIONS[question](os.fspath(path))
        self._note(question, path, answer)
        return answer

    def _note(self, question: str, path: Location, answer: str) -> None:
        # Joined, not normalised: what `..` leads to depends on links.
        if self._facts.setdefault((question, os.path.join(os.getcwd(), path)), answer) != answer:
            self._steady = False


def still_holds(facts: Iterable[Fact]) -> bool:
    """Whether every question has the same answer as before. Raises KeyError for a question that flowc does not ask."""
    return all(_QUESTIONS[question](path) == answer for question, path, answer in facts)


OWN_FOLDER: Final = ".flowc"
"""Where flowc keeps runs and its cache in a project."""
_YES: Final = "yes"


def _whether(test: Callable[[str], bool]) -> Callable[[str], str]:
    return lambda path: _YES if test(path) else "no"


def _content(path: str) -> bytes:
    try:
        mode = os.stat(path).st_mode
    except ValueError as error:
        raise OSError(str(error)) from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(0, "it is a directory")
    if not stat.S_ISREG(mode):
        raise OSError(0, "it is not a regular file")
    with open(path, "rb") as file:
        return file.read()


def _content_answer(path: str) -> str:
    try:
        return _digest(_content(path))
    except OSError as error:
        return _refusal(error)


def _names(folder: str) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((entry.name, _is_folder(entry)) for entry in entries)
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # such as a link to itself
        return False


def _names_answer(names: list[tuple[str, bool]]) -> str:
    """Whether `.flowc` is among the names is no part of the answer: compiling makes it. Who wants to know asks `exists`."""
    return _digest(json.dumps([found for found in names if found[0] != OWN_FOLDER]).encode())


def _size(path: str) -> str:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ""
    return str(found.st_size) if stat.S_ISREG(found.st_mode) else ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _refusal(error: OSError) -> str:
    return f"{error.errno} {error.strerror or error}"


_QUESTIONS: Final[Mapping[str, Callable[[str], str]]] = {
    "content": _content_answer,
    "names": lambda folder: _names_answer(_names(folder)),
    "file": _whether(os.path.isfile),
    "folder": _whether(os.path.isdir),
    "there": _whether(os.path.exists),
    "link": _whether(os.path.islink),
    "real path": os.path.realpath,
    "size": _size,
}
