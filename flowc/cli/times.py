"""Times as people read them."""

from datetime import UTC, datetime


def clock(moment: datetime | None) -> str:
    """Return a time on the clock of this machine, `2026-11-24 16:02:11`; empty for none."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def iso(moment: datetime | None) -> str | None:
    """Return a time for JSON: UTC, to the millisecond, `2026-11-24T16:02:11.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


def duration(seconds: float | None) -> str:
    """Return a duration: `12 ms`, `3.4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`; empty for none."""
    if seconds is None:
        return ""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, size, lower, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // part} {lower}"
    raise AssertionError("60 seconds are a minute")
