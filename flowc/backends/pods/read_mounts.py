"""Volumes of a pod: memory for temporary files and for /dev/shm, and persistent volume claims."""

from flowc.backends.pods.arguments import Arguments
from flowc.backends.pods.model import Mount, PodSite
from flowc.backends.pods.syntax import is_label, is_mount_path, is_subdomain

TMPFS = "tmpfs"
SHARED_MEMORY = "shared-memory"


def read_mounts(arguments: Arguments, memory: float, site: PodSite) -> tuple[Mount, ...]:
    """Return the mounts of the step; a tmpfs without a size takes half of `memory`, which is in megabytes."""
    found: list[Mount] = []
    size = arguments.whole("tmpfs_size")
    if arguments.value("use_tmpfs") or size:
        found.append(Mount(TMPFS, _path(arguments, "tmpfs_path", arguments.text("tmpfs_path")), mebibytes=size or int(memory) // 2 or 1))
    of_resources = arguments.resource("shared_memory")
    shared = arguments.whole("shared_memory") if of_resources is None else int(of_resources)
    if shared:
        found.append(Mount(SHARED_MEMORY, "/dev/shm", mebibytes=shared))
    for place, (claim, path) in enumerate(arguments.mapping("persistent_volume_claims").items()):
        if not is_subdomain(claim):
            arguments.refuse(
                "persistent_volume_claims", f"names {claim!r}, which is no name of a claim", "use a-z, 0-9, - and dots between"
            )
        # A volume's name is shorter than a claim's and has no dots; the prefix keeps it apart from the engine's own volumes.
        volume = f"claim-{claim}" if is_label(f"claim-{claim}") else f"claim-{place}"
        found.append(Mount(volume, _path(arguments, "persistent_volume_claims", path), claim=claim))
    _check_apart(arguments, found, site)
    return tuple(found)


def _path(arguments: Arguments, name: str, path: object) -> str:
    if not isinstance(path, str) or not is_mount_path(path):
        arguments.refuse(name, f"mounts at {path!r}", "write an absolute path without a colon")
    return path


def _check_apart(arguments: Arguments, mounts: list[Mount], site: PodSite) -> None:
    seen = set(site.paths)
    for mount in mounts:
        path = mount.path.rstrip("/")
        if path in seen:
            name = "tmpfs_path" if mount.volume == TMPFS else "persistent_volume_claims"
            arguments.refuse(name, f"mounts at {mount.path!r}, where something else is mounted", "choose another path")
        seen.add(path)
