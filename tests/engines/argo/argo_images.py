"""Container images written from local files, with no registry and no container program: OCI archives that `ctr images import` takes."""

import compileall
import hashlib
import io
import json
import py_compile
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PAUSE, ARGOEXEC, APP = "localhost/flowc/pause:1", "localhost/flowc/argoexec:1", "localhost/flowc/app:1"
_LEFT_OUT = ("site-packages", "test", "tests", "idlelib", "lib2to3", "ensurepip", "turtledemo", "tkinter", "config-*", "*.a", "*.opt-?.pyc")
_PACKAGES = ("obstore",)
"""Taken from the environment that runs this, if it has them: a store that is no folder needs one."""


def build_images(programs: Path, folder: Path, source: Path, cache: Path) -> list[Path]:
    """Write the three images into `folder` and return their archives; `source` is the package `flowc` for the app image.

    The layer with the interpreter is kept in `cache`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pause = write_image(PAUSE, [_program_layer(programs / "pause")], folder / "pause.tar", command=["/pause"])
    argoexec = write_image(ARGOEXEC, [_program_layer(programs / "argoexec", "bin")], folder / "argoexec.tar", {"PATH": "/bin"})
    environment = {"PATH": f"{sys.base_prefix}/bin:/usr/bin:/bin", "PYTHONPATH": "/app", "PYTHONUNBUFFERED": "1", "HOME": "/root"}
    app = write_image(APP, [_python_layer(folder, cache), _app_layer(folder, source)], folder / "app.tar", environment)
    return [pause, argoexec, app]


def write_image(
    name: str, layers: Sequence[bytes], out: Path, environment: Mapping[str, str] | None = None, command: Sequence[str] = ()
) -> Path:
    """Write an image of uncompressed tar layers and return `out`; the same layers give the same bytes.

    The format: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
    """
    blobs: dict[str, bytes] = {}

    def blob(data: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    content = [blob(layer, "layer.v1.tar") for layer in layers]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": [f"{key}={value}" for key, value in (environment or {}).items()], "Cmd": list(command)},
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in content]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(config).encode(), "config.v1+json"),
        "layers": content,
    }
    entry = blob(json.dumps(manifest).encode(), "manifest.v1+json")
    entry["annotations"] = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name.rpartition(":")[2]}
    files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()
    files |= {f"blobs/sha256/{digest}": data for digest, data in blobs.items()}
    with tarfile.open(out, "w") as archive:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out


def folder_layer(folder: Path) -> bytes:
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        archive.add(folder, arcname=".", filter=_plain)
    return layer.getvalue()


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ""
    return info


def _program_layer(program: Path, folder: str = ".") -> bytes:
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        scratch = tarfile.TarInfo("tmp")
        scratch.type, scratch.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(scratch)
        archive.add(program, arcname=f"{folder}/{program.name}", filter=_plain)
    return layer.getvalue()


def _python_layer(folder: Path, cache: Path) -> bytes:
    """The interpreter that runs this, at its own path, its standard library and the system libraries that these load."""
    kept = cache / f"python-{hashlib.sha256(f'{sys.base_prefix} {sys.version}'.encode()).hexdigest()[:16]}.layer"
    if kept.exists():
        return kept.read_bytes()
    root = folder / "python"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("tmp", "root", "etc", "usr/bin", "usr/lib", "usr/lib64"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    for name in ("bin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    prefix = Path(sys.base_prefix)
    program, library = (prefix / "bin" / version).resolve(), prefix / "lib" / version
    target = root / str(prefix).lstrip("/")
    (target / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(program, target / "bin" / version)
    for name in ("python", "python3"):
        (target / "bin" / name).symlink_to(version)
    shutil.copytree(library, target / "lib" / version, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    copy_libraries([program, *library.glob("lib-dynload/*.so")], root)
    data = folder_layer(root)
    shutil.rmtree(root)
    (folder / kept.name).write_bytes(data)
    shutil.move(folder / kept.name, kept)
    return data


def copy_libraries(programs: Sequence[Path], root: Path) -> None:
    """Copy the shared libraries that these load into `root`, below `/usr` where `/lib` is a link to it."""
    loads = "\n".join(subprocess.run(["ldd", path], capture_output=True, text=True).stdout for path in programs)
    for found in sorted(set(re.findall(r"(/\S+\.so\S*)", loads))):
        place = root / re.sub(r"^/lib", "/usr/lib", found).lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(found).resolve(), place)


def _app_layer(folder: Path, source: Path) -> bytes:
    root = folder / "app"
    shutil.rmtree(root, ignore_errors=True)
    app = root / "app"
    shutil.copytree(source, app / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    packages = Path(next(path for path in sys.path if path.endswith("site-packages")))
    for name in _PACKAGES:
        if (packages / name).is_dir():
            shutil.copytree(packages / name, app / name, ignore=shutil.ignore_patterns("__pycache__"))
            copy_libraries(list((packages / name).rglob("*.so")), root)
    compileall.compile_dir(app, quiet=2, stripdir=str(root), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    data = folder_layer(root)
    shutil.rmtree(root)
    return data
