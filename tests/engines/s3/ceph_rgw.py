"""Ceph's RADOS gateway over one monitor and one store in memory, from Debian's packages. Standard library only.

An S3 server that shares no line with moto: it checks signatures and keeps `If-None-Match: *` under racing writers.
Started by hand as in https://docs.ceph.com/en/pacific/install/manual-deployment/, without authentication between the parts.
"""

import os
import shutil
import subprocess
import time
import uuid
from pathlib import Path

from postgresql import free_port
from processes import Processes

PACKAGES = "radosgw ceph-mon ceph-osd ceph-common"
PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
MEMORY_BYTES = 4 << 30


class Ceph:
    """The parts of one gateway; data and logs stand in `folder`."""

    def __init__(self, folder: Path, processes: Processes) -> None:
        missing = [program for program in PROGRAMS if shutil.which(program) is None]
        assert not missing, (
            f"Ceph is not installed ({', '.join(missing)} not on the PATH): apt-get install --no-install-recommends {PACKAGES}"
        )
        self.folder = folder
        self.processes = processes
        self.environment = {**os.environ, "CEPH_ARGS": f"--conf {folder}/ceph.conf"}

    def start(self) -> int:
        """Start all parts and return the gateway's port, which may not answer yet."""
        port, monitor = free_port(), free_port()
        cluster, disk = str(uuid.uuid4()), str(uuid.uuid4())
        for name in ("mon", "osd"):
            (self.folder / name).mkdir()
        (self.folder / "ceph.conf").write_text(_configuration(self.folder, cluster, port, monitor))
        self._call("monmaptool", "--create", "--addv", "a", f"[v1:127.0.0.1:{monitor}]", "--fsid", cluster, str(self.folder / "monmap"))
        self._call("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(self.folder / "monmap"))
        self._begin("ceph-mon", "-i", "a", "-f")
        self._call("ceph", "--connect-timeout", "60", "osd", "new", disk)
        self._call("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk)
        self._begin("ceph-osd", "-i", "0", "-f")
        self._call("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=h")
        self._begin("radosgw", "-n", "client.rgw", "-f")
        return port

    def add_user(self, access_key: str, secret_key: str) -> None:
        """Let somebody in."""
        self._call(
            "radosgw-admin", "user", "create", "--uid=test", "--display-name=test", f"--access-key={access_key}", f"--secret={secret_key}"
        )

    def _begin(self, *command: str) -> None:
        self.processes.start(command[0], command, self.environment)

    def _call(self, *command: str) -> None:
        """Run to the end; a monitor that has no quorum yet is asked again."""
        end = time.monotonic() + 60
        while True:
            done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
            if done.returncode == 0:
                return
            self.processes.check()
            if time.monotonic() > end:
                raise AssertionError(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr[-3000:]}{self.processes.tails()}")
            time.sleep(0.5)


def _configuration(folder: Path, cluster: str, port: int, monitor: int) -> str:
    return f"""[global]
fsid = {cluster}
mon host = v1:127.0.0.1:{monitor}
ms bind msgr2 = false
public network = 127.0.0.0/8
auth cluster required = none
auth service required = none
auth client required = none
auth allow insecure global id reclaim = true
mon allow pool size one = true
mon max pg per osd = 2000
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd crush update on start = false
osd class update on start = false
osd objectstore = memstore
memstore device bytes = {MEMORY_BYTES}
osd max object size = 2147483648
mon data = {folder}/mon
osd data = {folder}/osd
run dir = {folder}
admin socket =
pid file = {folder}/$name.pid
log file = {folder}/$name.log
rgw run sync thread = false
rgw frontends = beast endpoint=127.0.0.1:{port} tcp_nodelay=1
"""
