"""Puts DAG files below a prefix of an S3 bucket, from which Airflow gets them (Amazon's MWAA, an S3 bundle, a sync of one's own).

A PUT of an object is atomic: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
"""

from collections.abc import Sequence
from functools import cached_property

from flowc.backends.airflow.advice import advice
from flowc.backends.airflow.ownership import owned
from flowc.backends.base import Manifest
from flowc.backends.deploying import Change, DeployUnit
from flowc.errors import EngineError
from flowc.runtime_shim.stores import StoreError
from flowc.runtime_shim.stores.bucket import Bucket
from flowc.runtime_shim.stores.s3 import s3_bucket


class BucketDeployer:
    """See `flowc.backends.deploying.Deployer`. prefix: `s3://bucket/prefix`; the credentials are those of the usual AWS variables."""

    keeps_versions = False

    def __init__(self, prefix: str, url: str | None) -> None:
        self.prefix = prefix.rstrip("/")
        self.url = url

    @property
    def place(self) -> str:
        """The address of Airflow where the settings have it, else the prefix."""
        return self.url or self.prefix

    @cached_property
    def _bucket(self) -> Bucket:
        return s3_bucket(self.prefix)

    def plan(self, unit: DeployUnit) -> tuple[Change, ...]:
        """Refuses an object in the way that flowc did not write for this flow."""
        return tuple(self._change(manifest, unit.flow) for manifest in unit.manifests)

    def _change(self, manifest: Manifest, flow: str) -> Change:
        name = f"{self.prefix}/{manifest.path}"
        try:
            before = self._bucket.get(manifest.path)
        except StoreError as error:
            raise EngineError(f"{name} cannot be read: {error}") from error
        return Change(name, None if before is None else owned(name, before, flow), manifest.text)

    def apply(self, unit: DeployUnit, changes: Sequence[Change]) -> None:
        """Write what changed, each object at once."""
        for change in changes:
            if change.changes and change.after is not None:
                try:
                    self._bucket.put(change.name.removeprefix(f"{self.prefix}/"), change.after.encode("utf-8"))
                except StoreError as error:
                    raise EngineError(f"{change.name} cannot be written: {error}") from error

    def advice(self, unit: DeployUnit, changes: Sequence[Change]) -> tuple[str, ...]:
        """When Airflow sees the file, what unpausing starts."""
        return advice(unit.graph, unit.flow, changes)
