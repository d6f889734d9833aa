"""Runs a function in a forked child with a mount namespace of its own, where it may mount what it needs.

As root, or as anybody where user namespaces are allowed. Where the system allows neither, the test fails and says why.
"""

import ctypes
import os
import traceback
from collections.abc import Callable
from pathlib import Path

# https://man7.org/linux/man-pages/man2/unshare.2.html, mount.2.html
CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18


class CannotMount(AssertionError):
    """This machine does not let the test make the file system it needs."""


def in_namespace(work: Callable[[], None]) -> None:
    """Run `work` in a child with its own mounts; raises AssertionError with the child's traceback where it fails."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _leave()
            work()
        except BaseException:
            os.write(writing, traceback.format_exc().encode()[-60_000:])
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        trouble = pipe.read().decode()
    os.waitpid(child, 0)
    assert not trouble, trouble


def mount(kind: str, folder: Path, options: str = "", flags: int = 0, source: str = "none") -> None:
    """Mount a file system of type `kind`; raises CannotMount with the reason."""
    folder.mkdir(exist_ok=True)
    _mount(source, folder, kind, flags, options)


def bind_read_only(source: Path, folder: Path) -> None:
    """Show `source` at `folder`, read-only."""
    folder.mkdir(exist_ok=True)
    _mount(str(source), folder, "", MS_BIND, "")
    _mount("", folder, "", MS_BIND | MS_REMOUNT | MS_RDONLY, "")


def _leave() -> None:
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _call("unshare", CLONE_NEWNS)
    else:
        _call("unshare", CLONE_NEWNS | CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _mount("none", Path("/"), "", MS_REC | MS_PRIVATE, "")


def _mount(source: str, folder: Path, kind: str, flags: int, options: str) -> None:
    _call("mount", os.fsencode(source), os.fsencode(folder), kind.encode(), ctypes.c_ulong(flags), options.encode())


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise CannotMount(
            f"this machine refuses {name}{arguments!r}: {os.strerror(code)}. The test needs root, or user namespaces "
            "(sysctl kernel.unprivileged_userns_clone=1), and in a container --cap-add SYS_ADMIN --device /dev/fuse"
        )
