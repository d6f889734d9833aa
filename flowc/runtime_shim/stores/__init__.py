"""Where records and objects live."""

from flowc.runtime_shim.stores.base import Buffer, Exists, Staged, Store, StoreError, StoreUnavailable

__all__ = ["Buffer", "Exists", "Staged", "Store", "StoreError", "StoreUnavailable", "open_store"]

_PLANNED = {"s3": "S3", "gs": "Google Cloud Storage", "az": "Azure Blob Storage"}


def open_store(url: str, *, durable: bool = False) -> Store:
    """Return the store at `url`, such as `file:///var/flows`; nothing is created or checked yet.

    durable: a local store waits until what it wrote has reached the disk.
    Raises StoreError for a root that this version cannot open.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise StoreError(f"{url!r} is not a store root: write an absolute URL, such as file:///var/flows")
    if scheme == "file":
        from flowc.runtime_shim.stores.local import LocalStore

        return LocalStore(url, durable=durable)
    if scheme in _PLANNED:
        raise StoreError(f"{url}: this version of flowc has no {_PLANNED[scheme]} store yet (extra `flowc[{scheme}]`): use a file:// root")
    raise StoreError(f"{url}: there is no store for {scheme}:// roots: use a file:// root, not {scheme}://{rest}")
