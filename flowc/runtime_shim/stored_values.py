"""Artifacts from the store, in the form that a bound flow works with."""

from collections.abc import Collection

from flowc.runtime_shim.artifacts import Artifacts
from flowc.runtime_shim.contract import Entry, identity
from flowc.runtime_shim.typed import Any


class StoredValues:
    """`flowspec.Values` over the records of a run."""

    def __init__(self, artifacts: Artifacts) -> None:
        self.artifacts = artifacts

    def get(self, name: str) -> Any:
        """Return the value; raises KeyError where there is none."""
        return self.artifacts.get(name)

    def names(self) -> Collection[str]:
        """Return what there is."""
        return self.artifacts.names()

    def identity(self, name: str) -> Any:
        """Return codec and digests of the artifact."""
        return identity(self.artifacts.entries[name])

    def take(self, name: str, branch: "StoredValues") -> None:
        """Take an artifact over without loading it."""
        self.artifacts.set_entry(name, branch.artifacts.entries[name])


def settle(artifacts: Artifacts, assigned: dict[str, Any], deleted: set[str]) -> dict[str, Entry]:
    """Store what a step left in its instance and return the entries of its artifacts.

    Raises ArtifactError, naming the artifact, for a value that cannot be pickled.
    """
    for name in deleted & set(artifacts.names()):
        artifacts.delete(name)
    for name, value in assigned.items():
        artifacts.set(name, value)
    return artifacts.finish()
