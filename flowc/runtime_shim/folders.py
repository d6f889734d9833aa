"""Folders of a task's own: made under a name nobody has, removed with all that is in them. `tempfile` and `shutil` cost more to import."""

import os
from collections.abc import Callable


def make_folder(prefix: str, inside: str) -> str:
    """Return the path of a fresh folder in `inside`, private to this user; raises OSError where none can be made."""
    while True:
        folder = os.path.join(inside, prefix + os.urandom(6).hex())
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:
            continue
        return folder


def scratch_folder(prefix: str) -> str:
    """Return the path of a fresh folder where temporary files go: $TMPDIR, else /tmp, else the working directory.

    Raises OSError where none of them takes one.
    """
    given = [os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)]
    *first, last = [*given, "/tmp", "/var/tmp", os.getcwd()]
    for place in first:
        try:
            return make_folder(prefix, os.path.abspath(place))
        except OSError:
            continue
    return make_folder(prefix, last)


def remove_folder(folder: str) -> None:
    """Remove a folder and what is in it, as far as that is possible; links are removed, not followed."""
    for here, folders, files in os.walk(folder, topdown=False):
        for name in files:
            _try(os.unlink, os.path.join(here, name))
        for name in folders:
            path = os.path.join(here, name)
            _try(os.unlink if os.path.islink(path) else os.rmdir, path)
    _try(os.rmdir, folder)


def _try(remove: Callable[[str], None], path: str) -> None:
    try:
        remove(path)
    except OSError:
        pass
