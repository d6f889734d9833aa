"""What Kubernetes takes as names, labels and quantities, checked before a cluster sees them.

Rules of https://kubernetes.io/docs/concepts/overview/working-with-objects/names/, .../labels/ and
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import re
from decimal import Decimal

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\Z")
_WORD = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?\Z")


def is_label(name: str) -> bool:
    """Whether `name` can be that of a namespace or volume: at most 63 of a-z, 0-9 and -."""
    return _LABEL.match(name) is not None


def is_subdomain(name: str) -> bool:
    """Whether `name` can be that of a secret, claim or service account: at most 253 of a-z, 0-9, - and dots between."""
    return len(name) <= 253 and _SUBDOMAIN.match(name) is not None


def is_label_value(text: str) -> bool:
    """Whether `text` can be the value of a label: empty, or at most 63 letters, digits, -, _ and dots."""
    return not text or _WORD.match(text) is not None


def is_qualified(name: str) -> bool:
    """Whether `name` can be that of a label, annotation or resource: a word, perhaps behind `domain/`."""
    domain, slash, word = name.rpartition("/")
    return _WORD.match(word) is not None and (not slash or is_subdomain(domain))


def is_mount_path(path: str) -> bool:
    """Whether a volume can be mounted at `path`: absolute, without a colon."""
    return path.startswith("/") and ":" not in path and "\0" not in path


def plain(value: float | int) -> str:
    """Return a number as people write it: no exponent, no digits that say nothing."""
    if isinstance(value, int):
        return str(value)
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
