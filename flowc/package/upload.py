"""Puts a code package into a store."""

from typing import TYPE_CHECKING

from flowc.package.model import CodePackage
from flowc.runtime_shim import contract

if TYPE_CHECKING:
    from flowc.runtime_shim.stores import Store


def upload(store: "Store", flow: str, package: CodePackage) -> str:
    """Store `package` under the deployed name `flow` and return its key; a package that is there already is left as it is.

    Raises StoreError where the store refuses.
    """
    key = contract.package_key(flow, package.digest)
    store.put_object(key, [package.data])
    return key
