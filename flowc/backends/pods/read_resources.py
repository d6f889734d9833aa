"""Requests and limits: cpu in cores, memory and disk in megabytes (10**6), as Metaflow counts them.

cpu, memory and disk are the larger of @kubernetes and @resources; a gpu of @resources replaces that of @kubernetes.
"""

from flowc.backends.pods.arguments import Arguments
from flowc.backends.pods.model import Pairs
from flowc.backends.pods.syntax import is_qualified, plain
from flowc.ir.argument_kinds import is_whole, number


def read_resources(arguments: Arguments) -> tuple[Pairs, Pairs]:
    """Return requests and limits of the step's container."""
    wanted = {
        "cpu": plain(_larger(arguments, "cpu")),
        "memory": f"{plain(read_memory(arguments))}M",
        "ephemeral-storage": f"{plain(_larger(arguments, 'disk'))}M",
    }
    extended = _extended(arguments)
    guaranteed = (arguments.text("qos") or "").lower() == "guaranteed"
    limits = (wanted if guaranteed else {}) | extended | _gpus(arguments)
    return tuple((wanted | extended).items()), tuple(limits.items())


def read_memory(arguments: Arguments) -> int | float:
    """Return the megabytes of memory."""
    return _larger(arguments, "memory")


def _larger(arguments: Arguments, name: str) -> int | float:
    own, other = arguments.number(name), arguments.resource(name)
    found = max(own or 0, other or 0)
    if found <= 0 or found == float("inf"):
        arguments.refuse(name, f"is {found}", "write a number above 0")
    return found


def _gpus(arguments: Arguments) -> dict[str, str]:
    """GPUs are limits only, which Kubernetes takes for requests as well; zero asks for a node without any."""
    of_resources = arguments.resource("gpu")
    count = arguments.number("gpu") if of_resources is None else of_resources
    if count is None:
        return {}
    vendor = (arguments.text("gpu_vendor") or "nvidia").lower()
    return {f"{vendor}.com/gpu": plain(int(count))}


def _extended(arguments: Arguments) -> dict[str, str]:
    found = {}
    for name, value in arguments.mapping("extended_resources").items():
        count = number(value)
        if not is_qualified(name) or "/" not in name or name.partition("/")[0].endswith("kubernetes.io"):
            arguments.refuse(
                "extended_resources", f"names {name!r}, which is no extended resource", "write domain/name, as vendor.example/fpga"
            )
        if count is None or not is_whole(count) or count < 0:
            arguments.refuse("extended_resources", f"asks for {value!r} of {name}", "write a whole number: Kubernetes hands out whole ones")
        found[name] = plain(int(count))
    return found
