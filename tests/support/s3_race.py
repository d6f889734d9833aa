"""One of many writers that race for the same commits: `python s3_race.py ROOT COUNT GO`, told by a line on stdin when to begin.

Prints the winner's nonce of each commit, one a line, and its own nonce first.
"""

import sys

from flowc.runtime_shim.contract import commit_key
from flowc.runtime_shim.records import commit, new_nonce
from flowc.runtime_shim.stores import open_store


def main(root: str, count: int) -> None:
    store = open_store(root)
    nonce = new_nonce()
    store.get("warm/up")
    print(nonce, flush=True)
    for index in range(count):
        if not sys.stdin.readline():
            return
        place = {"flow": "F", "run": "race", "step": "work", "at": f"r.{index}"}
        record = {**place, "attempt": 0, "nonce": nonce, "status": "ok", "control": {}, "artifacts": {}}
        print(commit(store, commit_key("F", "race", "work", f"r.{index}"), record)["nonce"], flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
