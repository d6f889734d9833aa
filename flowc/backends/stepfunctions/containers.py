"""The container of one step's jobs: what of @batch, @resources and @secrets stands in a job definition.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html, read in November 2026.
"""

import math
import re
from typing import Any, Final

from flowc.backends.stepfunctions.arguments import Arguments
from flowc.backends.stepfunctions.options import StepFunctionsOptions

LOG_DRIVERS: Final = {
    "EC2": ("awsfirelens", "awslogs", "fluentd", "gelf", "journald", "json-file", "splunk", "syslog"),
    "FARGATE": ("awsfirelens", "awslogs", "splunk"),
}
_EC2_ONLY: Final = (
    *("shared_memory", "max_swap", "swappiness", "inferentia", "trainium", "efa", "host_volumes", "use_tmpfs", "tmpfs_size"),
    "privileged",
)
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")
_LEAST_DISK: Final = 21
_MOST_DISK: Final = 200
"""GiB of ephemeral storage on Fargate; 20 come by themselves."""


def check_platform(arguments: Arguments, platform: str) -> None:
    """Report the first argument that the platform does not have, and raise UnusableError."""
    if platform == "FARGATE":
        for name in _EC2_ONLY:
            for decorator in ("batch", "resources"):
                if arguments.value(name, decorator):
                    arguments.refuse(name, "does not exist on Fargate", "use a queue on EC2, or leave it out", decorator=decorator)
    elif arguments.value("ephemeral_storage"):
        arguments.refuse("ephemeral_storage", "exists on Fargate only", "give the machines of the queue larger disks")


def linux_parameters(arguments: Arguments, memory: int) -> dict[str, Any]:
    """Return `linuxParameters`; empty where the step asks for nothing of the kind. `memory` is that of the job, in MiB."""
    found: dict[str, Any] = {}
    shared = arguments.larger("shared_memory")
    if shared:
        found["sharedMemorySize"] = math.ceil(shared)
    for name, key in (("max_swap", "maxSwap"), ("swappiness", "swappiness")):
        value = arguments.whole(name)
        if value is not None:
            found[key] = value
    if devices := _devices(arguments):
        found["devices"] = devices
    path = tmpfs_path(arguments)
    if path is not None:
        size = arguments.whole("tmpfs_size") or max(1, memory // 2)
        found["tmpfs"] = [{"containerPath": path, "size": size, "mountOptions": ["defaults"]}]
    return found


def _devices(arguments: Arguments) -> list[dict[str, Any]]:
    inferentia, trainium, efa = (arguments.whole(name) or 0 for name in ("inferentia", "trainium", "efa"))
    if inferentia and trainium:
        arguments.refuse("trainium", "stands beside inferentia, which asks for the same devices", "use one of them")
    neurons = [f"/dev/neuron{place}" for place in range(inferentia or trainium)]
    found: list[dict[str, Any]] = [{"hostPath": path, "containerPath": path, "permissions": ["READ", "WRITE"]} for path in neurons]
    adapters = [f"/dev/infiniband/uverbs{place}" for place in range(efa)]
    found.extend({"hostPath": path, "containerPath": path, "permissions": ["READ", "WRITE", "MKNOD"]} for path in adapters)
    return found


def tmpfs_path(arguments: Arguments) -> str | None:
    """Return where the step has a file system in memory, None where it has none."""
    if not arguments.flag("use_tmpfs") and not arguments.whole("tmpfs_size"):
        return None
    path = arguments.text("tmpfs_path") or "/metaflow_temp"
    return path if path.startswith("/") else arguments.refuse("tmpfs_path", f"is {path!r}, which is no absolute path", "begin it with /")


def volumes(arguments: Arguments) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return `volumes` and `mountPoints`."""
    found: list[dict[str, Any]] = []
    mounts: list[dict[str, Any]] = []
    for text in arguments.texts("host_volumes"):
        host, _, inside = text.partition(":")
        _add(arguments, "host_volumes", text, f"host{host}", {"host": {"sourcePath": host}}, inside or host, found, mounts)
    for text in arguments.texts("efs_volumes"):
        system, _, inside = text.partition(":")
        volume = {"efsVolumeConfiguration": {"fileSystemId": system, "transitEncryption": "ENABLED"}}
        _add(arguments, "efs_volumes", text, f"efs_{system}", volume, inside or f"/mnt/{system}", found, mounts)
    return found, mounts


def _add(
    arguments: Arguments,
    argument: str,
    text: str,
    name: str,
    volume: dict[str, Any],
    path: str,
    found: list[dict[str, Any]],
    mounts: list[dict[str, Any]],
) -> None:
    name = _NOT_IN_A_NAME.sub("_", name)
    if not path.startswith("/") or name in ("host", "efs_"):
        arguments.refuse(argument, f"holds {text!r}, which is no volume and path", "write volume:/path")
    if any(mount["containerPath"] == path for mount in mounts):
        arguments.refuse(argument, f"mounts {path!r} a second time", "give each volume a path of its own")
    if all(other["name"] != name for other in found):
        found.append({"name": name, **volume})
    mounts.append({"sourceVolume": name, "containerPath": path})


def log_configuration(arguments: Arguments, options: StepFunctionsOptions, flow: str) -> dict[str, Any] | None:
    """Return `logConfiguration`: the step's own, else the project's log group, else None."""
    driver, given = arguments.text("log_driver"), arguments.texts("log_options")
    if driver is None and not given:
        if options.log_group is None:
            return None
        return {"logDriver": "awslogs", "options": {"awslogs-group": options.log_group, "awslogs-stream-prefix": flow}}
    drivers = LOG_DRIVERS[options.platform]
    if driver is not None and driver not in drivers:
        arguments.refuse("log_driver", f"is {driver!r}, which {options.platform} has not", f"it has {', '.join(drivers)}")
    chosen: dict[str, str] = {}
    for text in given:
        name, found, value = text.partition(":")
        if not found or not name:
            arguments.refuse("log_options", f"holds {text!r}, which is no option and value", "write option:value")
        chosen[name] = value
    return {"logDriver": driver or "awslogs", **({"options": chosen} if chosen else {})}


def ephemeral_storage(arguments: Arguments, platform: str) -> int | None:
    """Return the GiB of ephemeral storage to ask for, None for what comes by itself."""
    disk = arguments.number("disk", "resources")
    if platform != "FARGATE":
        if disk is not None:
            arguments.without_effect(
                "disk",
                "the containers of Batch on EC2 share the disk of their machine: set it in the compute environment",
                decorator="resources",
            )
        return None
    asked = arguments.whole("ephemeral_storage")
    needed = 0 if disk is None else math.ceil(disk / 1024)
    if needed > _MOST_DISK:
        arguments.refuse("disk", f"is {disk:g} MiB, and Fargate has {_MOST_DISK} GiB at most", "use a queue on EC2", decorator="resources")
    size = max(asked or 0, needed)
    return max(size, _LEAST_DISK) if size >= _LEAST_DISK else None
