"""A file system without hard links: FUSE, spoken directly to /dev/fuse, files in memory, LINK not implemented.

As with exFAT, gcsfuse or many network shares, the kernel answers link(2) with EPERM or ENOSYS there.
Protocol: https://www.kernel.org/doc/html/latest/filesystems/fuse.html and include/uapi/linux/fuse.h, version 7.31.
"""

import errno
import os
import stat
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from support.namespaces import CannotMount, mount

_IN = struct.Struct("<IIQQIIII")
_OUT = struct.Struct("<IiQ")
_ATTRIBUTES = struct.Struct("<6Q10I")
_ENTRY = struct.Struct("<4Q2I")


@dataclass(slots=True)
class _File:
    mode: int
    data: bytearray = field(default_factory=bytearray)
    names: dict[bytes, int] = field(default_factory=dict)


def mount_linkless(folder: Path) -> int:
    """Mount one at `folder` and return the process id of its server, which ends with the mount namespace or when it is killed."""
    try:
        device = os.open("/dev/fuse", os.O_RDWR)
    except OSError as error:
        raise CannotMount(f"/dev/fuse cannot be opened ({error.strerror}): a file system without hard links cannot be made here") from error
    mount("fuse", folder, f"subtype=linkless,fd={device},rootmode=40000,user_id={os.geteuid()},group_id={os.getegid()}", source="linkless")
    server = os.fork()
    if server == 0:
        try:
            _Server(device).serve()
        finally:
            os._exit(0)
    os.close(device)
    return server


class _Server:
    def __init__(self, device: int) -> None:
        self._device = device
        self._files: dict[int, _File] = {1: _File(stat.S_IFDIR | 0o755)}
        self._next = 2
        self._answers: dict[int, Callable[[int, bytes], bytes]] = {
            1: lambda node, data: self._entry(self._child(node, data)),  # LOOKUP
            3: lambda node, data: struct.pack("<QII", 0, 0, 0) + self._attributes(node),  # GETATTR
            4: self._set_attributes,
            9: lambda node, data: self._make(node, data[8:], stat.S_IFDIR | 0o755),  # MKDIR
            10: self._unlink,
            12: lambda node, data: self._rename(node, data[:8], data[8:]),
            14: lambda node, data: bytes(16),  # OPEN
            15: self._read,
            16: self._write,
            17: lambda node, data: struct.pack("<5Q4I24x", 1000, 1000, 1000, 1000, 1000, 4096, 255, 4096, 0),  # STATFS
            18: lambda node, data: b"",  # RELEASE
            20: lambda node, data: b"",  # FSYNC
            25: lambda node, data: b"",  # FLUSH
            26: lambda node, data: struct.pack("<4I2H2I2H8I", 7, 31, 65536, 0, 12, 10, 65536, 1, 16, 0, *[0] * 8),  # INIT
            27: lambda node, data: bytes(16),  # OPENDIR
            28: self._list,
            29: lambda node, data: b"",  # RELEASEDIR
            35: lambda node, data: self._make(node, data[16:], stat.S_IFREG | 0o644) + bytes(16),  # CREATE
            45: lambda node, data: self._rename(node, data[:8], data[16:]),  # RENAME2
        }

    def serve(self) -> None:
        """Answer until the mount is gone."""
        while True:
            try:
                request = os.read(self._device, 1024 * 1024)
            except OSError as error:
                if error.errno == errno.ENODEV:
                    return
                raise
            _, operation, unique, node, *_ = _IN.unpack_from(request)
            if operation in (2, 42):  # FORGET, BATCH_FORGET: no answer
                continue
            try:
                answer = self._answers[operation](node, request[_IN.size :])
                code = 0
            except KeyError:
                answer, code = b"", errno.ENOSYS  # LINK, 13, among them
            except OSError as error:
                answer, code = b"", error.errno or errno.EIO
            os.write(self._device, _OUT.pack(_OUT.size + len(answer), -code, unique) + answer)

    def _child(self, folder: int, data: bytes) -> int:
        found = self._files[folder].names.get(data.partition(b"\0")[0])
        if found is None:
            raise OSError(errno.ENOENT, "")
        return found

    def _make(self, folder: int, data: bytes, mode: int) -> bytes:
        number = self._next
        self._next += 1
        self._files[number] = _File(mode)
        self._files[folder].names[data.partition(b"\0")[0]] = number
        return self._entry(number)

    def _unlink(self, folder: int, data: bytes) -> bytes:
        self._child(folder, data)
        del self._files[folder].names[data.partition(b"\0")[0]]
        return b""

    def _rename(self, folder: int, target: bytes, names: bytes) -> bytes:
        old, new, _ = names.split(b"\0", 2)
        moved = self._files[folder].names.pop(old)
        self._files[struct.unpack("<Q", target)[0]].names[new] = moved
        return b""

    def _set_attributes(self, node: int, data: bytes) -> bytes:
        valid, _, _, size = struct.unpack_from("<IIQQ", data)
        if valid & 8:
            held = self._files[node].data
            held[:] = held[:size].ljust(size, b"\0")
        return struct.pack("<QII", 0, 0, 0) + self._attributes(node)

    def _read(self, node: int, data: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", data)
        return bytes(self._files[node].data[offset : offset + size])

    def _write(self, node: int, data: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", data)
        held = self._files[node].data
        held[offset : offset + size] = data[40 : 40 + size]
        return struct.pack("<II", size, 0)

    def _list(self, node: int, data: bytes) -> bytes:
        _, offset = struct.unpack_from("<QQ", data)
        out = b""
        for number, (name, child) in enumerate(self._files[node].names.items(), 1):
            if number > offset:
                out += struct.pack("<QQII", child, number, len(name), 0) + name + bytes(-len(name) % 8)
        return out

    def _entry(self, node: int) -> bytes:
        return _ENTRY.pack(node, 0, 0, 0, 0, 0) + self._attributes(node)

    def _attributes(self, node: int) -> bytes:
        held = self._files[node]
        return _ATTRIBUTES.pack(node, len(held.data), 1, 0, 0, 0, 0, 0, 0, held.mode, 1, os.geteuid(), os.getegid(), 0, 4096, 0)
