"""What `flowc show` and `flowc runs` say of runs, steps and tasks: as data for JSON, and as text."""

from collections import Counter
from typing import Any

from flowc.cli.table import status, table
from flowc.cli.times import clock, duration, iso
from flowc.client import Run, Step, Task

_UNKNOWN = "running or lost"


def run_facts(run: Run) -> dict[str, Any]:
    """Return what a listing says of a run, for JSON."""
    found = run.status
    facts = {
        "id": run.id,
        "pathspec": run.pathspec,
        "status": found,
        "created_at": iso(run.created_at),
        "finished_at": iso(run.finished_at),
        "seconds": run.duration,
        "tags": sorted(run.tags),
        "engine": run.engine,
        "code": run.code.digest if run.code else None,
    }
    if found == _UNKNOWN:
        facts["last_record_at"] = iso(run.last_record_at)
    return facts


def run_took(run: Run) -> str:
    """Return how long a run took, or, where nobody knows whether it is over, when it was last heard of."""
    return duration(run.duration) if run.finished else f"last record {clock(run.last_record_at)}"


def run_json(run: Run) -> dict[str, Any]:
    """Return a run with its steps, oldest first, for JSON."""
    steps = []
    for step in reversed(run.steps):
        tasks = list(step.tasks)
        steps.append({"name": step.id, "tasks": len(tasks), "statuses": dict(sorted(Counter(task.status for task in tasks).items()))})
    return {"root": run.root, "run": {**run_facts(run), "origin": run.origin_pathspec, "given": dict(run.given), "steps": steps}}


def run_text(run: Run, *, color: bool) -> str:
    """Return a run with its steps, oldest first, for people."""
    lines = [f"{run.pathspec}  {status(run.status, color=color)}"]
    facts = [
        ("store", run.root),
        ("started", clock(run.created_at)),
        ("took", run_took(run)),
        ("engine", run.engine or ""),
        ("tags", ", ".join(sorted(run.tags))),
        ("origin", run.origin_pathspec or ""),
        ("code", run.code.digest if run.code else ""),
        *((f"--{name}", str(value)) for name, value in run.given.items()),
    ]
    lines += _facts(facts)
    rows = []
    failed = []
    for step in reversed(run.steps):
        tasks = list(step.tasks)
        counts = Counter(task.status for task in tasks)
        failed += [task for task in tasks if task.status == "failed"]
        rows.append((step.id, str(len(tasks)), _counts(counts), clock(step.created_at), duration(_span(step, tasks))))
    if rows:
        lines += ["", table(("step", "tasks", "status", "started", "took"), rows, right=(1,), color=color).rstrip("\n")]
    for task in failed[:5]:
        lines += ["", *_failure(task, color=color)]
    if len(failed) > 5:
        lines += ["", f"and {len(failed) - 5} more failed tasks"]
    return "\n".join(lines) + "\n"


def step_json(step: Step) -> dict[str, Any]:
    """Return a step with its tasks, for JSON."""
    return {"root": step.root, "step": {"pathspec": step.pathspec, "name": step.id, "tasks": [task_facts(task) for task in step.tasks]}}


def step_text(step: Step, *, color: bool) -> str:
    """Return a step with its tasks, for people."""
    rows = []
    for task in step.tasks:
        error = task.exception
        message = f"{error.type}: {error.message}".splitlines()[0][:80] if error else ""
        rows.append((task.at, task.status, str(task.current_attempt), clock(task.created_at), duration(task.duration), message))
    return f"{step.pathspec}\n\n" + table(("at", "status", "attempt", "started", "took", "exception"), rows, right=(2,), color=color)


def task_facts(task: Task) -> dict[str, Any]:
    """Return what a listing says of a task, for JSON."""
    error = task.exception
    return {
        "at": task.at,
        "pathspec": task.pathspec,
        "index": task.index,
        "status": task.status,
        "attempt": task.current_attempt,
        "created_at": iso(task.created_at),
        "finished_at": iso(task.finished_at),
        "seconds": task.duration,
        "exception": {"type": error.type, "message": error.message} if error else None,
    }


def task_json(task: Task) -> dict[str, Any]:
    """Return a task with its attempts and artifacts, none of them loaded, for JSON."""
    attempts = [
        {
            "number": attempt.number,
            "status": attempt.status,
            "started_at": iso(attempt.started_at),
            "finished_at": iso(attempt.finished_at),
            "engine": dict(attempt.engine),
            "exception": str(attempt.exception) if attempt.exception else None,
        }
        for attempt in task.attempts
    ]
    artifacts = [{"name": item.name, "type": item.type, "size": item.size, "identity": item.identity} for item in task]
    facts = {**task_facts(task), "parents": [parent.pathspec for parent in task.parent_tasks], "origin": task.origin_pathspec}
    return {"root": task.root, "task": {**facts, "attempts": attempts, "artifacts": artifacts}}


def task_text(task: Task, *, color: bool) -> str:
    """Return a task with its attempts and artifacts, for people."""
    from flowc.package import readable_size

    lines = [f"{task.pathspec}  {status(task.status, color=color)}"]
    parents = [parent.pathspec.split("/", 2)[2] for parent in task.parent_tasks]
    shown = ", ".join(parents[:5]) + (f" and {len(parents) - 5} more" if len(parents) > 5 else "")
    ids = ", ".join([str(task.engine.get("name", "")), *(f"{name} {value}" for name, value in task.engine.items() if name != "name")])
    lines += _facts([("store", task.root), ("after", shown), ("origin", task.origin_pathspec or ""), ("engine", ids)])
    rows = [
        (str(attempt.number), attempt.status, clock(attempt.started_at), duration(attempt.duration), _headline(attempt.exception))
        for attempt in task.attempts
    ]
    if rows:
        lines += ["", table(("attempt", "status", "started", "took", "exception"), rows, color=color).rstrip("\n")]
    artifacts = [(item.name, item.type, readable_size(item.size)) for item in task]
    if artifacts:
        lines += ["", table(("artifact", "type", "size"), artifacts, right=(2,), color=color).rstrip("\n")]
    if task.status == "failed":
        lines += ["", *_failure(task, color=color)]
    return "\n".join(lines) + "\n"


def _facts(facts: list[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, value in facts if value), default=0)
    return [f"  {name:<{width}}  {value}" for name, value in facts if value]


def _counts(counts: Counter[Any]) -> str:
    if len(counts) == 1:
        return str(next(iter(counts)))
    return ", ".join(f"{name} {counts[name]}" for name in ("ok", "caught", "failed", "running") if counts[name])


def _span(step: Step, tasks: list[Task]) -> float | None:
    """Seconds from the start of the first task to the end of the last."""
    started = [task.created_at for task in tasks if task.created_at]
    ended = [task.finished_at for task in tasks if task.finished_at]
    return (max(ended) - min(started)).total_seconds() if started and ended else None


def _headline(error: Any) -> str:
    return f"{error.type}: {error.message}".splitlines()[0][:80] if error else ""


def _failure(task: Task, *, color: bool) -> list[str]:
    error = task.exception
    lines = [f"{task.step.id} at {task.at} {status('failed', color=color)}; its log: flowc logs {task.pathspec}"]
    if error is not None:
        lines += [f"  {line}" for line in str(error).rstrip().splitlines()[-12:]]
    return lines
