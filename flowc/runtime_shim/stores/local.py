"""A store in a folder: records appear by hard link (which never overwrites), objects by rename, both complete or not at all."""

import errno
import mmap
import os
import time
from collections.abc import Iterator, Sequence

from flowc.runtime_shim.stores.base import TEMPORARY, Buffer, Exists, Listed, Staged, StoreError, parts_of, size_of, too_large
from flowc.runtime_shim.stores.file_errors import NO_HARD_LINKS, described, no_hard_links
from flowc.runtime_shim.stores.file_systems import settle_seconds
from flowc.runtime_shim.typed import BinaryIO

_ABSENT = (FileNotFoundError, NotADirectoryError)


def path_of(url: str) -> str:
    """Return the folder of a `file://` root; raises StoreError where it is not absolute or names another machine."""
    rest = url.removeprefix("file://")
    host, slash, path = rest.partition("/")
    folder = _unquoted(slash + path)
    if not slash or host not in ("", "localhost"):
        raise StoreError(f"{url}: a local root is absolute and has three slashes, such as file:///var/flows")
    if "\0" in folder:
        raise StoreError(f"{url}: a folder name cannot hold a zero byte: choose another root")
    return os.path.normpath(folder)


def _unquoted(path: str) -> str:
    if "%" not in path:
        return path
    from urllib.parse import unquote_to_bytes

    return os.fsdecode(unquote_to_bytes(path))


class LocalStore:
    """Keys as files under one folder, which is made with the first write."""

    def __init__(self, url: str, *, durable: bool = False) -> None:
        self.url = url
        self.folder = path_of(url)
        self._durable = durable
        self._settle: float | None = None

    at_once = 1

    @property
    def settle_seconds(self) -> float:
        """10 on a network file system, whose clients cache what is absent; else 0."""
        if self._settle is None:
            self._settle = settle_seconds(self.folder)
        return self._settle

    def get(self, key: str, most: int | None = None) -> bytes | None:
        """Return the file's bytes, or None where there is none."""
        try:
            with open(self._path(key), "rb", buffering=0) as file:
                if most is not None and (size := os.fstat(file.fileno()).st_size) > most:
                    raise too_large(key, self.url, size, most)
                return file.readall()
        except _ABSENT:
            return None
        except OSError as error:
            raise self._described(error, "read", key) from error

    def create(self, key: str, data: Buffer) -> None:
        """Write a temporary beside the key, then link it to its name; raises Exists where the name is taken."""
        path = self._path(key)
        temporary = self._write(path, (data,), key)
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise Exists(key) from None
        except OSError as error:
            if error.errno in NO_HARD_LINKS:
                raise no_hard_links(error, self.folder, key) from error
            raise self._described(error, "create", key) from error
        finally:
            _remove(temporary)
        self._sync_folder(path, key)

    def put_object(self, key: str, parts: Sequence[Buffer]) -> None:
        """Write a temporary beside the key, then rename it; does nothing where a file of that size stands there."""
        path = self._path(key)
        if self._holds(key, path, sum(map(size_of, parts))):
            return
        self._rename(self._write(path, parts, key), path, key)

    def stage(self, prefix: str) -> Staged:
        """Return a temporary beside the folders of the keys that begin with `prefix`."""
        return _StagedFile(self, prefix, self._temporary(self._path(prefix.removesuffix("/"))))

    def read(self, key: str, offset: int, length: int) -> bytearray:
        """Return `length` bytes from `offset`; raises StoreError where the file is missing or ends before."""
        try:
            with open(self._path(key), "rb", buffering=0) as file:
                held = os.fstat(file.fileno()).st_size
                if offset < 0 or length < 0 or offset + length > held:
                    raise StoreError(self._short(key, f"it has {held} bytes, {offset + length} are needed"))
                buffer = bytearray(length)
                view = memoryview(buffer)
                file.seek(offset)
                while view:
                    count = file.readinto(view)
                    if not count:
                        raise StoreError(self._short(key, "it ended while it was read"))
                    view = view[count:]
                return buffer
        except _ABSENT as error:
            raise self._missing(key) from error
        except OSError as error:
            raise self._described(error, "read", key) from error

    def map(self, key: str) -> memoryview:
        """Return the file as a private view: pages that are written become this process's own, the file stays."""
        try:
            with open(self._path(key), "rb", buffering=0) as file:
                if os.fstat(file.fileno()).st_size == 0:
                    raise StoreError(self._short(key, "it is empty"))
                return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        except _ABSENT as error:
            raise self._missing(key) from error
        except OSError as error:
            raise self._described(error, "read", key) from error

    def size(self, key: str) -> int | None:
        """Return the file's size in bytes, or None where there is none."""
        try:
            return os.stat(self._path(key)).st_size
        except _ABSENT:
            return None
        except OSError as error:
            raise self._described(error, "look at", key) from error

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the names in a folder, sorted, without temporaries."""
        try:
            names = os.listdir(self._path(prefix.removesuffix("/")) if prefix else self.folder)
        except _ABSENT:
            return
        except OSError as error:
            raise self._described(error, "list", prefix) from error
        yield from sorted(name for name in names if not name.startswith(TEMPORARY))

    def walk(self, prefix: str) -> Iterator[Listed]:
        """Yield every file below `prefix`, temporaries too."""
        pending = [self._path(prefix.removesuffix("/")) if prefix else self.folder]
        now = time.time()
        while pending:
            try:
                with os.scandir(pending.pop()) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            pending.append(entry.path)
                            continue
                        found = entry.stat(follow_symlinks=False)
                        yield Listed(os.path.relpath(entry.path, self.folder), found.st_size, now - found.st_mtime)
            except _ABSENT:
                continue
            except OSError as error:
                raise self._described(error, "list", prefix) from error

    def delete(self, key: str) -> None:
        """Remove the file, if there is one; also a temporary."""
        folder, _, name = key.rpartition("/")
        path = os.path.join(self._path(folder), name) if folder and name.startswith(TEMPORARY) else self._path(key)
        try:
            os.unlink(path)
        except _ABSENT:
            return
        except OSError as error:
            raise self._described(error, "delete", key) from error
        self._prune(os.path.dirname(path))

    def sweep(self, key: str, age: float) -> bool:
        """Take the file's name away, and give it back where it was made young just before."""
        path = self._path(key)
        aside = self._temporary(os.path.dirname(path))
        try:
            if _age(path) < age:
                return False
            os.rename(path, aside)
            if _age(aside) < age:
                try:
                    os.link(aside, path)
                except FileExistsError:
                    pass  # put anew, with the same bytes
                _remove(aside)
                return False
            os.unlink(aside)
        except _ABSENT:
            return False
        except OSError as error:
            raise self._described(error, "delete", key) from error
        return True

    def _prune(self, folder: str) -> None:
        """Remove folders that have become empty, below the root."""
        try:
            while len(folder) > len(self.folder):
                os.rmdir(folder)
                folder = os.path.dirname(folder)
        except OSError:
            return

    def _path(self, key: str) -> str:
        return os.path.join(self.folder, *parts_of(key))

    def _holds(self, key: str, path: str, size: int) -> bool:
        """Whether an object of that size stands there, which is then made young: a sweeper goes by age."""
        if self.size(key) != size:
            return False
        try:
            os.utime(path)
        except _ABSENT:
            return False
        except OSError:
            pass
        return True

    def _rename(self, temporary: str, path: str, key: str) -> None:
        try:
            os.replace(temporary, path)
        except OSError as error:
            _remove(temporary)
            raise self._described(error, "write", key) from error
        self._sync_folder(path, key)

    def _temporary(self, folder: str) -> str:
        return os.path.join(folder, f"{TEMPORARY}{os.getpid()}.{os.urandom(6).hex()}")

    def _write(self, path: str, parts: Sequence[Buffer], key: str) -> str:
        """Return the path of a complete temporary beside `path`."""
        temporary = self._temporary(os.path.dirname(path))
        try:
            with _created(temporary) as file:
                for part in parts:
                    file.write(part)
                file.flush()
                if self._durable:
                    os.fsync(file.fileno())
        except OSError as error:
            _remove(temporary)
            raise self._described(error, "write", key) from error
        except BaseException:
            _remove(temporary)
            raise
        return temporary

    def _sync_folder(self, path: str, key: str) -> None:
        """Make a name last, and those of the folders above it, up to the root."""
        if not self._durable:
            return
        folder = os.path.dirname(path)
        try:
            while len(folder) >= len(self.folder):
                descriptor = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
                folder = os.path.dirname(folder)
        except OSError as error:
            if error.errno != errno.EINVAL:  # Some file systems cannot sync a folder, and do not need to.
                raise self._described(error, "sync the folder of", key) from error

    def _described(self, error: OSError, verb: str, key: str) -> StoreError:
        return described(error, verb, key, self.folder)

    def _missing(self, key: str) -> StoreError:
        return StoreError(f"{key} is missing in {self.url}: it was deleted, or the root is not the one that the run wrote to")

    def _short(self, key: str, why: str) -> str:
        return f"{key} in {self.url} is damaged: {why}. Delete it, and run the step that made it again"


class _StagedFile:
    """An object on its way into a LocalStore."""

    def __init__(self, store: LocalStore, prefix: str, path: str) -> None:
        self._store = store
        self._prefix = prefix
        self._path = path
        self._file: BinaryIO | None = None
        self._size = 0

    def write(self, data: Buffer) -> None:
        try:
            if self._file is None:
                self._file = _created(self._path)
            self._size += self._file.write(data)
        except OSError as error:
            self.discard()
            raise self._store._described(error, "write", self._prefix) from error

    def place(self, key: str) -> None:
        store, path = self._store, self._store._path(key)
        if self._file is None or store._holds(key, path, self._size):
            self.discard()
            return
        try:
            self._file.flush()
            if store._durable:
                os.fsync(self._file.fileno())
            self._file.close()
            os.makedirs(os.path.dirname(path), exist_ok=True)
        except OSError as error:
            self.discard()
            raise store._described(error, "write", key) from error
        store._rename(self._path, path, key)

    def discard(self) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except OSError:
                pass  # What is in its buffer finds no space: it is not wanted.
            _remove(self._path)


def _created(path: str) -> BinaryIO:
    """Open a file that must not exist; its folders are made where they are missing."""
    try:
        return open(path, "xb")
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return open(path, "xb")


def _age(path: str) -> float:
    return time.time() - os.stat(path).st_mtime


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
