"""The pod of one step, from @kubernetes, @resources, @secrets and the settings. Every argument ends in the pod or in a finding.

Names, defaults and the way decorators add up are Metaflow's (2.19.39, `metaflow/plugins/kubernetes`).
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from flowc.backends.pods.arguments import Arguments, UnusableError
from flowc.backends.pods.model import Mount, Pairs, Pod, PodSite, Security
from flowc.backends.pods.read_metadata import read_annotations, read_labels
from flowc.backends.pods.read_mounts import TMPFS, read_mounts
from flowc.backends.pods.read_placement import read_node_selector, read_tolerations
from flowc.backends.pods.read_resources import read_memory, read_resources
from flowc.backends.pods.read_secrets import read_secrets
from flowc.backends.pods.read_security import read_security
from flowc.backends.pods.syntax import is_label, is_subdomain
from flowc.diagnostics import Report, codes
from flowc.ir.graph import FlowGraph, Step
from flowc.ir.values import Value
from flowc.runtime_shim.contract import TEMPDIR

T = TypeVar("T")

_NO_MOUNTS: tuple[Mount, ...] = ()

_PULL_POLICIES = {policy.lower(): policy for policy in ("Always", "IfNotPresent", "Never")}


def read_pod(
    step: Step, graph: FlowGraph, table: Mapping[str, Value], site: PodSite, report: Report, *, image: str | None = None
) -> Pod | None:
    """Return the pod of `step`, or None after reporting errors.

    table: the checked settings table `kubernetes`. image: that of steps which name none.
    """
    arguments = Arguments(step, graph, table, site.target, report)

    def part(read: Callable[[Arguments], T], otherwise: T) -> T:
        try:
            return read(arguments)
        except UnusableError:
            return otherwise

    arguments.check_complete()
    part(_check_gang_timeout, None)
    nothing: tuple[str, ...] = ()
    no_pairs: Pairs = ()
    mounts = part(lambda given: read_mounts(given, read_memory(given), site), _NO_MOUNTS)
    requests, limits = part(read_resources, (no_pairs, no_pairs))
    pod = Pod(
        image=part(lambda given: _image(given, image), ""),
        python=part(lambda given: given.text("executable"), None) or "python",
        pull_policy=part(_pull_policy, None),
        pull_secrets=part(lambda given: _subdomains(given, "image_pull_secrets"), nothing),
        requests=requests,
        limits=limits,
        secrets=tuple(dict.fromkeys((*part(lambda given: _subdomains(given, "secrets"), nothing), *part(read_secrets, nothing)))),
        environment=part(lambda given: _environment(given, mounts), no_pairs),
        port=part(lambda given: given.whole("port"), None) or None,
        mounts=mounts,
        security=part(read_security, Security()),
        namespace=part(lambda given: _namespace(given, site), None),
        service_account=part(_service_account, None),
        node_selector=part(read_node_selector, ()),
        tolerations=part(read_tolerations, ()),
        labels=part(lambda given: read_labels(given, site), ()),
        annotations=part(read_annotations, ()),
    )
    return pod if arguments.sound else None


def _image(arguments: Arguments, image: str | None) -> str:
    found = arguments.text("image") or image
    if found is None:
        arguments.report(
            codes.POD_WITHOUT_IMAGE,
            arguments.step.span,
            step=arguments.step.name,
            notes=["the image holds python, flowc and what the flow imports; the flow's own code comes from the store"],
            help='set image = "…" in flowc.toml, give --image, or write @kubernetes(image="…") on the step',
        )
        raise UnusableError
    if re.search(r"\s|\0", found):
        arguments.refuse("image", f"is {found!r}, which no registry has", "write registry/name:tag, or name@sha256:…")
    return found


def _pull_policy(arguments: Arguments) -> str | None:
    policy = arguments.text("image_pull_policy")
    return None if policy is None else _PULL_POLICIES[policy.lower()]


def _subdomains(arguments: Arguments, name: str) -> tuple[str, ...]:
    """Names of Kubernetes objects; secrets of the settings and of the step add up, as in Metaflow."""
    own = arguments.given(name)
    found = arguments.texts(name, own) if own else ()
    if name == "secrets" or not found:
        found = tuple(dict.fromkeys((*found, *arguments.texts(name, arguments.of_settings(name)))))
    for item in found:
        if not is_subdomain(item):
            arguments.refuse(name, f"holds {item!r}, which is no name of a secret", "use a-z, 0-9, - and dots between")
    return found


def _service_account(arguments: Arguments) -> str | None:
    account = arguments.text("service_account")
    if account is not None and not is_subdomain(account):
        arguments.refuse("service_account", f"is {account!r}, which is no name of a service account", "use a-z, 0-9, - and dots between")
    return account


def _namespace(arguments: Arguments, site: PodSite) -> str | None:
    namespace = arguments.text("namespace")
    if namespace is None:
        return None
    if not is_label(namespace):
        arguments.refuse("namespace", f"is {namespace!r}, which is no name of a namespace", "use a-z, 0-9 and -, at most 63 of them")
    if not site.step_namespaces and arguments.given("namespace"):
        arguments.refuse("namespace", f"cannot differ from that of the flow on {site.target}", "set it in table kubernetes of the settings")
    return namespace


def _environment(arguments: Arguments, mounts: tuple[Mount, ...]) -> Pairs:
    """Where temporary files go: into the tmpfs, if there is one and the step does not say otherwise."""
    tmpfs = next((mount.path for mount in mounts if mount.volume == TMPFS), None)
    if tmpfs is None:
        return ()
    return ((TEMPDIR, tmpfs), *([("TMPDIR", tmpfs)] if arguments.value("tmpfs_tempdir") else []))


def _check_gang_timeout(arguments: Arguments) -> None:
    if arguments.given("hostname_resolution_timeout") is not None and arguments.step.decorator("parallel") is None:
        arguments.report(
            codes.POD_ARGUMENT_WITHOUT_EFFECT,
            arguments.place("hostname_resolution_timeout")[0],
            argument="hostname_resolution_timeout",
            why="the step is in no gang",
            help="remove it",
        )
