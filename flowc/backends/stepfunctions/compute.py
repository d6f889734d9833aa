"""How large a job is: whole vCPUs and MiB on EC2, one of the sizes that exist on Fargate.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html, read in November 2026.
"""

import math
from typing import Final

from flowc.backends.stepfunctions.arguments import Arguments, UnusableError
from flowc.diagnostics import Report, codes

USUAL_CPU: Final = 1
USUAL_MEMORY: Final = 4096
"""vCPUs and MiB of a step that does not say, as in Metaflow."""
LEAST_MEMORY: Final = 4

FARGATE: Final[dict[float, tuple[int, ...]]] = {
    0.25: (512, 1024, 2048),
    0.5: tuple(range(1024, 4097, 1024)),
    1: tuple(range(2048, 8193, 1024)),
    2: tuple(range(4096, 16385, 1024)),
    4: tuple(range(8192, 30721, 1024)),
    8: tuple(range(16384, 61441, 4096)),
    16: tuple(range(32768, 122881, 8192)),
}
"""MiB that go with so many vCPUs."""

Requirements = tuple[tuple[str, str], ...]


def read_size(arguments: Arguments, platform: str, report: Report) -> Requirements:
    """Return what a job asks for as Batch names it: VCPU, MEMORY and GPU. Raises UnusableError for what was reported."""
    cpu, memory, gpu = arguments.larger("cpu"), arguments.larger("memory"), arguments.larger("gpu")
    cpu, memory = USUAL_CPU if cpu is None else cpu, USUAL_MEMORY if memory is None else memory
    if platform == "FARGATE":
        if gpu:
            arguments.refuse("gpu", "asks for a GPU, which Fargate has not", "use a queue on EC2", decorator=arguments.asks("gpu"))
        return _of_fargate(arguments, float(cpu), memory, report)
    if not float(cpu).is_integer() and arguments.asks("cpu") == "batch":
        arguments.refuse("cpu", f"is {cpu:g}, and Batch on EC2 takes whole vCPUs", f"write {math.ceil(cpu)}")
    if memory < LEAST_MEMORY:
        arguments.refuse(
            "memory",
            f"is {memory:g} MiB, and a container needs {LEAST_MEMORY} at least",
            "memory is in MiB",
            decorator=arguments.asks("memory"),
        )
    found = (("VCPU", str(math.ceil(cpu))), ("MEMORY", str(math.ceil(memory))))
    return (*found, ("GPU", str(math.ceil(gpu)))) if gpu else found


def _of_fargate(arguments: Arguments, cpu: float, memory: int | float, report: Report) -> Requirements:
    """The size itself; of what only @resources ask, which is the least that a step needs, the smallest size that holds it."""
    exact = arguments.has("batch") and any(arguments.asks(name) == "batch" for name in ("cpu", "memory"))
    if not exact:
        fitting = [(size, mebibytes) for size, steps in FARGATE.items() if size >= cpu for mebibytes in steps if mebibytes >= memory]
        if fitting:
            return _required(*min(fitting))
    elif memory in FARGATE.get(cpu, ()):
        return _required(cpu, int(memory))
    name = "memory" if cpu in FARGATE else "cpu"
    report(
        codes.FARGATE_SIZE,
        arguments.place(name, arguments.asks(name)),
        step=arguments.step.name,
        cpu=f"{cpu:g}",
        memory=f"{memory:g}",
        notes=[_sizes(cpu)],
        help="ask for one of the sizes that exist, or use a queue on EC2",
    )
    raise UnusableError


def _sizes(cpu: float) -> str:
    if cpu not in FARGATE:
        return f"Fargate has {', '.join(f'{size:g}' for size in FARGATE)} vCPUs"
    steps = FARGATE[cpu]
    return f"with {cpu:g} vCPU it has {steps[0]} to {steps[-1]} MiB in steps of {steps[1] - steps[0]}"


def _required(cpu: float, memory: int) -> Requirements:
    return ("VCPU", f"{cpu:g}"), ("MEMORY", str(memory))
