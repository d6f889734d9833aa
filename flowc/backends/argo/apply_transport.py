"""Sends what is applied so that it arrives as it is: Kubernetes reads a server-side apply as YAML, and clients write JSON into it.

The two differ in a few characters, which YAML 1.1 takes for line breaks inside a text and folds the blanks around them.
https://yaml.org/spec/1.1/#id871136
"""

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lightkube.config.kubeconfig import SingleConfig

APPLY: Final = "application/apply-patch+yaml"
_MISREAD: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def same_in_yaml(body: bytes) -> bytes:
    """Return JSON that YAML 1.1 reads as JSON does: those characters stand in texts alone, so each becomes its escape."""
    return _MISREAD.sub(lambda found: f"\\u{ord(found[0]):04x}", body.decode("utf-8")).encode("utf-8")


def apply_transport(config: "SingleConfig") -> Any:
    """Return a transport for lightkube that trusts what `config` trusts."""
    import httpx2
    from lightkube.config.client_adapter import verify_cluster

    class Transport(httpx2.HTTPTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.headers.get("content-type") == APPLY:
                headers = [(name, value) for name, value in request.headers.multi_items() if name.lower() != "content-length"]
                body = same_in_yaml(request.read())
                request = httpx2.Request(request.method, request.url, headers=headers, content=body, extensions=request.extensions)
            return super().handle_request(request)

    assert config.user is not None, "the caller has looked"
    return Transport(verify=verify_cluster(config.cluster, config.user, config.abs_file))
