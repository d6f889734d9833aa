"""Sixteen processes that commit the same tasks at the same moment: one of them wins each, and all of them say which."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.flows import REPO
from support.s3_sites import S3Site
from support.s3_tasks import CLIENTS, Client

from flowc.runtime_shim.contract import commit_key
from flowc.runtime_shim.records import read_record
from flowc.runtime_shim.stores import open_store

pytestmark = [pytest.mark.s3, pytest.mark.slow]

WRITERS = 16
COMMITS = int(os.environ.get("FLOWC_RACES", "60"))
"""`make conformance-s3-all` has 1,000."""

_numbers = itertools.count()


@pytest.mark.parametrize("client", CLIENTS)
def test_one_winner_each(site: S3Site, client: Client) -> None:
    root = site.root(f"race-{next(_numbers)}")
    environment = {**site.server.environment, "FLOWC_S3_CLIENT": client, "PATH": os.environ["PATH"], "PYTHONPATH": str(REPO)}
    race(root, environment)


def test_one_winner_each_in_a_folder(tmp_path: Path) -> None:
    race((tmp_path / "store").as_uri(), {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPO)})


def race(root: str, environment: dict[str, str]) -> None:
    command = [sys.executable, str(REPO / "tests/support/s3_race.py"), root, str(COMMITS)]
    writers = [
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        for _ in range(WRITERS)
    ]
    try:
        nonces = [line(writer) for writer in writers]
        assert len(set(nonces)) == WRITERS
        store, wins = open_store(root), dict.fromkeys(nonces, 0)
        for index in range(COMMITS):
            for writer in writers:
                assert writer.stdin is not None
                writer.stdin.write("go\n")
            said = {line(writer) for writer in writers}
            record = read_record(store, commit_key("F", "race", "work", f"r.{index}"))
            assert record is not None
            assert said == {record["nonce"]}, f"commit {index}: {len(said)} winners"
            wins[record["nonce"]] += 1
        assert sum(wins.values()) == COMMITS
        assert sum(count > 0 for count in wins.values()) > 1, "they did not race"
    finally:
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.close()
            writer.wait(60)


def line(writer: "subprocess.Popen[str]") -> str:
    """The next line of a writer."""
    assert writer.stdout is not None
    return writer.stdout.readline().strip()
