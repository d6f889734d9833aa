"""The code that a run ran."""

import io
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from flowc.client.errors import NotFound
from flowc.client.reader import Reader
from flowc.runtime_shim import contract
from flowc.runtime_shim.code import unpack


@dataclass(frozen=True, slots=True)
class Code:
    """A code package: its flow and `sha256:` digest."""

    flow: str
    digest: str
    _reader: Reader = field(repr=False)

    @property
    def path(self) -> str:
        """URL of the package in the store."""
        return f"{self._reader.root.rstrip('/')}/{contract.package_key(self.flow, self.digest)}"

    @property
    def plan(self) -> contract.Plan:
        """The plan in the package; raises NotFound where the store does not hold it, or holds one of another version."""
        found = self._reader.plan(self.flow, self.digest)
        if found is None:
            raise NotFound(f"there is no plan of version {contract.PLAN_VERSION} in {self.path}")
        return found

    @property
    def script_name(self) -> str:
        """The flow's file, relative to the project root."""
        return self.plan["file"]

    @property
    def flowspec(self) -> str:
        """The text of the flow's file."""
        with self.tarball as tar:
            file = tar.extractfile(self.script_name)
            assert file is not None, "the package holds the file that its plan names"
            return file.read().decode("utf-8", "replace")

    @property
    def tarball(self) -> tarfile.TarFile:
        """The package, open for reading; raises NotFound where the store does not hold it."""
        return tarfile.open(fileobj=io.BytesIO(self._reader.code(self.flow, self.digest)), mode="r:")

    def extract(self, folder: str | Path) -> Path:
        """Unpack the files into `folder`, which must be empty or absent, and return it."""
        target = Path(folder)
        if target.exists() and any(target.iterdir()):
            raise NotFound(f"{target} is not empty", help="name a folder that is empty or not there")
        target.mkdir(parents=True, exist_ok=True)
        unpack(self._reader.code(self.flow, self.digest), str(target), self.path)
        return target
