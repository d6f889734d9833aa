"""What an operating system's error means for a store in a folder, in words that say what to do."""

import errno
import os

from flowc.runtime_shim.stores.base import StoreError, StoreUnavailable

NO_HARD_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOTSUP, errno.EXDEV, errno.EMLINK})
"""What link(2) answers where the file system has none: https://man7.org/linux/man-pages/man2/link.2.html"""

_ADVICE = {
    errno.ENOSPC: "there is no space left: free some, or choose another root",
    errno.EDQUOT: "the disk quota is used up: free some space, or choose another root",
    errno.EFBIG: "the file is larger than the file system or `ulimit -f` allows: choose another root",
    errno.EROFS: "it is read-only: mount it for writing, or choose another root",
    errno.EACCES: "permission is denied: give {user} the right, or choose another root",
    errno.EPERM: "permission is denied: give {user} the right, or choose another root",
    errno.ENAMETOOLONG: "a part of the name is too long for the file system: shorten the name of the run, or choose another root",
    errno.EEXIST: "a file stands where a folder is needed: move it away, or choose another root",
    errno.ENOTDIR: "a file stands where a folder is needed: move it away, or choose another root",
    errno.EISDIR: "a folder stands where a file is needed: move it away, or choose another root",
    errno.EMFILE: "too many files are open: raise `ulimit -n`",
    errno.ENFILE: "too many files are open on this machine",
    errno.ENOMEM: "there is not enough memory to map it",
}
_PASSING = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EINTR, errno.EBUSY, errno.ENFILE, errno.EMFILE})


def described(error: OSError, verb: str, key: str, folder: str) -> StoreError:
    """Return the StoreError for `error`, met when a store in `folder` tried to `verb` a key."""
    code = error.errno or 0
    advice = _ADVICE.get(code, "look at the file system, then try again").format(user=_user())
    kind = StoreUnavailable if code in _PASSING else StoreError
    return kind(f"cannot {verb} {key} in {folder}: {advice} ({os.strerror(code) if code else error})")


def no_hard_links(error: OSError, folder: str, key: str) -> StoreError:
    """Return the StoreError for a file system without hard links, the only way to create a record exactly once there."""
    why = os.strerror(error.errno or 0)
    return StoreError(
        f"cannot create {key} in {folder}: its file system has no hard links, which keep two attempts from both committing "
        f"({why}): choose a root on another file system"
    )


def _user() -> str:
    return f"user id {os.geteuid()}" if hasattr(os, "geteuid") else "this user"
