"""Which file system holds a folder, and how long it may hide what another machine wrote."""

import os

NETWORK_SECONDS = 10.0
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "lustre", "glusterfs", "gpfs", "beegfs", "afs", "9p", "virtiofs"})


def settle_seconds(folder: str) -> float:
    """Return how long a file made elsewhere may stay invisible in `folder`: 10 on a network file system, else 0."""
    kind = file_system(folder)
    return NETWORK_SECONDS if kind in _NETWORK or kind.startswith("fuse.") else 0.0


def file_system(folder: str) -> str:
    """Return the type of the file system that holds `folder` (which need not exist), such as `ext4`; empty where unknown."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().split("\n")
    except OSError:
        return ""
    real = os.path.realpath(folder)
    found = ("", "")
    for line in lines:
        # https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html: the type follows a lone "-"; blanks are octal.
        mount, separator, rest = line.partition(" - ")
        if not separator:
            continue
        point = mount.split(" ")[4].replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(found[0]):
            found = (point, rest.split(" ")[0])
    return found[1]
