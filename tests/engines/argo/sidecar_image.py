"""The image of the container that Airflow puts beside a pod whose value it reads: a shell and four programs of this machine."""

import shutil
from pathlib import Path

from argo_configuration import socket
from argo_engine import Engine
from argo_images import copy_libraries, folder_layer, write_image

SIDECAR = "localhost/flowc/sidecar:1"
_PROGRAMS = ("cat", "id", "pgrep", "sleep")


def import_sidecar(engine: Engine) -> None:
    """Write the image and give it to the node."""
    root = engine.folder / "sidecar"
    for name in ("tmp", "etc", "usr/bin", "usr/lib", "usr/lib64"):
        (root / name).mkdir(parents=True)
    for name in ("bin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    shell = Path("/bin/sh").resolve()
    programs = {"sh": shell, **{name: Path(shutil.which(name) or name).resolve() for name in _PROGRAMS}}
    for name, program in programs.items():
        shutil.copy(program, root / "bin" / name)
    copy_libraries(list(programs.values()), root)
    archive = write_image(SIDECAR, [folder_layer(root)], engine.folder / "sidecar.tar", {"PATH": "/bin"}, command=["/bin/sh"])
    engine.tree.run(shutil.which("ctr") or "ctr", "-a", socket(engine.folder), "-n", "k8s.io", "images", "import", archive)
    archive.unlink()
    shutil.rmtree(root)
