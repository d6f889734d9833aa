"""The store as the state machine sees it: a bucket and a prefix."""

from dataclasses import dataclass

from flowc.runtime_shim import contract


@dataclass(frozen=True, slots=True)
class Root:
    """Where a flow's runs are. `prefix` has no slash around it and may be empty; `flow` is the deployed name."""

    bucket: str
    prefix: str
    flow: str

    @property
    def flow_prefix(self) -> str:
        """Key prefix of everything of the flow, without a slash behind it."""
        return self._under(contract.component(self.flow))

    @property
    def runs(self) -> str:
        """Key prefix of the flow's runs, without a slash behind it."""
        return self._under(contract.runs_prefix(self.flow).rstrip("/"))

    @property
    def results(self) -> str:
        """Key prefix of what Step Functions writes about the children of its Maps."""
        return self._under(contract.component(self.flow) + "/mapruns")

    def _under(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key


def read_root(root: str | None, flow: str) -> Root | None:
    """Return the parts of `s3://bucket/prefix`; None where `root` is no such address."""
    scheme, found, rest = (root or "").partition("://")
    bucket, _, prefix = rest.partition("/")
    return Root(bucket, prefix.strip("/"), flow) if found and scheme == "s3" and bucket else None
