"""Who else deployed a flow under its name into a store: two schedulers that share a root make the same run ids.

Each deploy leaves one small record beside the code packages. A `place` is a target and the address of its scheduler, or of the folder
that it reads.
"""

import hashlib
import json
from typing import TYPE_CHECKING

from flowc.runtime_shim import contract

if TYPE_CHECKING:
    from flowc.runtime_shim.stores import Store


def other_places(store: "Store", flow: str, place: str) -> tuple[str, ...]:
    """Return where else `flow` (its deployed name) was deployed, in order. Raises StoreError where the store refuses."""
    found = set()
    for name in store.list(contract.deployments_prefix(flow)):
        data = store.get(contract.deployment_key(flow, name))
        try:
            known = json.loads(data)["place"] if data is not None else place
        except (ValueError, KeyError, TypeError):
            continue
        found.add(str(known))
    return tuple(sorted(found - {place}))


def note_place(store: "Store", flow: str, place: str) -> None:
    """Remember that `flow` was deployed to `place`. Raises StoreError where the store refuses."""
    from flowc.runtime_shim.stores import Exists

    name = hashlib.sha256(place.encode()).hexdigest()[:32]
    try:
        store.create(contract.deployment_key(flow, name), json.dumps({"v": 1, "place": place}, ensure_ascii=False).encode())
    except Exists:
        return
