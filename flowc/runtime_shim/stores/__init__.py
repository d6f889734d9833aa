"""Where records and objects live."""

from flowc.runtime_shim.stores.base import Buffer, Exists, Listed, Staged, Store, StoreError, StoreUnavailable
from flowc.runtime_shim.typed import Any

__all__ = ["Buffer", "Exists", "Listed", "Staged", "Store", "StoreError", "StoreUnavailable", "open_store"]

_PLANNED = {"gs": "Google Cloud Storage", "az": "Azure Blob Storage"}


def open_store(url: str, *, durable: bool = False, forks: bool = False, patience: float | None = None) -> Store:
    """Return the store at `url`, such as `file:///var/flows` or `s3://bucket/prefix`; nothing is created or checked yet.

    durable: a local store waits until what it wrote has reached the disk.
    forks: this process is going to fork, and its children open stores of their own.
    patience: seconds for which a request is tried again while the store is out of reach; None: 3 minutes.
    Raises StoreError for a root that this version cannot open, or no client here can.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise StoreError(f"{url!r} is not a store root: write an absolute URL, such as file:///var/flows")
    if scheme == "file":
        from flowc.runtime_shim.stores.local import LocalStore

        return LocalStore(url, durable=durable)
    if scheme == "s3":
        from flowc.runtime_shim.stores.s3 import s3_store

        options: dict[str, Any] = {} if patience is None else {"patience": patience}
        return s3_store(url, forks=forks, **options)
    if scheme in _PLANNED:
        raise StoreError(f"{url}: this version of flowc has no {_PLANNED[scheme]} store yet: use an s3:// or a file:// root")
    raise StoreError(f"{url}: there is no store for {scheme}:// roots: use an s3:// or a file:// root, not {scheme}://{rest}")
