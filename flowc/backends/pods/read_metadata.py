"""Labels and annotations: those of the settings, and the step's own in and over them."""

from flowc.backends.pods.arguments import Arguments
from flowc.backends.pods.model import Pairs, PodSite
from flowc.backends.pods.syntax import is_label_value, is_qualified

MAX_ANNOTATION_BYTES = 256 * 1024
"""Of all annotations of an object: `TotalAnnotationSizeLimitB` of Kubernetes."""


def read_labels(arguments: Arguments, site: PodSite) -> Pairs:
    """Return the labels of the pod; a value None is empty, as in Metaflow."""
    found = {}
    for name, value in arguments.both("labels").items():
        _check_name(arguments, "labels", name)
        if name in site.labels:
            arguments.refuse("labels", f"sets {name!r}, which {site.target} sets itself", "choose another name, such as team.example/…")
        if value is not None and (not isinstance(value, str) or not is_label_value(value)):
            arguments.refuse(
                "labels",
                f"gives {name} the value {value!r}",
                "write text of at most 63 letters, digits, -, _ and dots, a letter or digit first and last",
            )
        found[name] = value or ""
    return tuple(found.items())


def read_annotations(arguments: Arguments) -> Pairs:
    """Return the annotations of the pod."""
    found = {}
    for name, value in arguments.both("annotations").items():
        _check_name(arguments, "annotations", name)
        if value is not None and not isinstance(value, str):
            arguments.refuse("annotations", f"gives {name} the value {value!r}, which is no text", "write it in quotes")
        found[name] = value or ""
    try:
        size = sum(len(f"{name}{value}".encode()) for name, value in found.items())
    except UnicodeEncodeError:
        arguments.refuse("annotations", "holds half of a surrogate pair", "write the character itself")
    if size > MAX_ANNOTATION_BYTES:
        arguments.refuse("annotations", f"holds {size} bytes", f"Kubernetes takes {MAX_ANNOTATION_BYTES} for all annotations of a pod")
    return tuple(found.items())


def _check_name(arguments: Arguments, argument: str, name: str) -> None:
    if not is_qualified(name):
        arguments.refuse(
            argument, f"holds the name {name!r}", "write at most 63 letters, digits, -, _ and dots; a domain and / may stand before them"
        )
