"""A git checkout that a DAG file goes into: what git says of it, and a commit of that file alone where it is asked for.

Nothing is fetched or pushed. https://git-scm.com/docs/git-status#_porcelain_format_version_2
"""

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flowc.errors import EngineError


@dataclass(frozen=True, slots=True)
class Checkout:
    """A work tree. branch: None where none is checked out. ahead, behind: commits against `upstream`, as fetched last.

    trouble: why git could not tell, which it says in place of all that.
    """

    top: Path
    branch: str | None = None
    upstream: str | None = None
    ahead: int = 0
    behind: int = 0
    trouble: str | None = None

    def relative(self, path: Path) -> str:
        """Return the path as git calls it."""
        return os.path.relpath(path.resolve(), self.top)

    def uncommitted(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """Return those of the files whose state git has not recorded in a commit; none where git cannot tell."""
        return tuple(path for path in paths if _git(self.top, "status", "--porcelain=v2", "-z", "--", self.relative(path)).stdout)

    def commit(self, paths: Sequence[Path], message: str) -> None:
        """Commit the files where they differ from the last commit, and nothing else; raises EngineError with git's words."""
        names = [self.relative(path) for path in self.uncommitted(paths)]
        for words in (["add", "--", *names], ["commit", "--quiet", "-m", message, "--", *names]) if names else ():
            done = _git(self.top, *words)
            if done.returncode:
                said = (done.stderr or done.stdout).strip()
                raise EngineError(
                    f"git {words[0]} in {self.top} failed: {said}", help="the file is written: commit it by hand, or deploy again"
                )


def checkout_of(folder: Path) -> Checkout | None:
    """Return the work tree that holds `folder`, None outside of one."""
    here = folder.resolve()
    top = next((path for path in (here, *here.parents) if (path / ".git").exists()), None)
    if top is None:
        return None
    done = _git(top, "status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules", "-z")
    if done.returncode:
        return Checkout(top, trouble=done.stderr.strip().partition("\n")[0])
    found = dict(re.findall(r"# branch\.(\w+) ([^\0]*)", done.stdout))
    head = found.get("head")
    counts = re.fullmatch(r"\+(\d+) -(\d+)", found.get("ab", "+0 -0"))
    ahead, behind = (0, 0) if counts is None else map(int, counts.groups())
    return Checkout(top, None if head == "(detached)" else head, found.get("upstream"), ahead, behind)


def _git(top: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run git in the work tree; it takes no lock to look."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(["git", "-C", str(top), *words], env=environment, capture_output=True, text=True, errors="replace")
    except OSError as error:
        return subprocess.CompletedProcess(words, 127, "", f"git cannot be started: {error.strerror}")
