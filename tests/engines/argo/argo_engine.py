"""A Kubernetes node with Argo's workflow-controller, in one folder and one process tree. Also a command: see README.md.

An engine reaches nothing outside its own network, and nothing outside reaches it but what enters that network.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import argo_configuration as configuration
from argo_images import ARGOEXEC, PAUSE, build_images
from argo_processes import EngineFailed, Tree

HERE = Path(__file__).parent
SOURCE = HERE.parents[2] / "flowc"
CGROUPS = Path("/sys/fs/cgroup")
CONTROLLER = "workflow-controller"
_FIXED_PLACES = (Path("/run/containerd"), Path("/var/lib/kubelet"), Path("/var/log/containers"))
_POD_SHARES = 8192
_LARGE = ("containerd", "etcd", "images", "kubelet")
_CONTROLLER_ENVIRONMENT = {"LEADER_ELECTION_DISABLE": "true", "DEFAULT_REQUEUE_TIME": "200ms"}


def cache_folder() -> Path:
    """Where build.sh leaves programs and where images are kept."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("FLOWC_ENGINE_CACHE") or home / "flowc-engine")


@dataclass(slots=True)
class Engine:
    """One engine, started or to be started, in `folder`."""

    folder: Path
    tree: Tree
    programs: Path

    @classmethod
    def at(cls, folder: Path) -> "Engine":
        """The engine of a folder."""
        return cls(folder, Tree(folder), cache_folder() / "bin")

    @property
    def kubeconfig(self) -> Path:
        """What clients on the engine's network read."""
        return self.folder / "kubeconfig"

    @property
    def store(self) -> Path:
        """A folder that every container has at the same path."""
        return self.folder / "store"

    @property
    def keys(self) -> Path:
        """Certificates and tokens."""
        return self.folder / "keys"

    def up(self, *, keep: bool = False, most_pods: int = 12) -> None:
        """Start everything and return when the node and the workflow-controller are ready; raises EngineFailed otherwise."""
        self._demand()
        self.store.mkdir(parents=True)
        images = build_images(self.programs, self.folder / "images", SOURCE, cache_folder())
        self.tree.create(self.programs / "pause", keep=keep)
        try:
            self._network()
            self._own_folders()
            cgroup = self._cgroup()
            self._kubernetes(cgroup, most_pods)
            self._argo(images)
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """End everything; logs and store stay."""
        self.tree.destroy()
        for name in _LARGE:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        note = self.folder / "cgroup"
        if note.exists():
            self.tree.until("its control groups to be empty", 20, lambda: _removed(note.read_text()))
            note.unlink()

    def restart_controller(self, environment: Mapping[str, str] | None = None) -> None:
        """Kill the workflow-controller and start it again with these variables."""
        self.kill_controller()
        self.start_controller(environment)

    def kill_controller(self) -> None:
        """Kill the workflow-controller."""
        self.tree.kill(CONTROLLER)

    def start_controller(self, environment: Mapping[str, str] | None = None) -> None:
        """Start the workflow-controller and return when it answers."""
        known = {**_CONTROLLER_ENVIRONMENT, "KUBECONFIG": str(self.kubeconfig), **(environment or {})}
        self.tree.start(CONTROLLER, self.programs / CONTROLLER, *configuration.workflow_controller(ARGOEXEC), environment=known)
        self.tree.until("the workflow-controller", 60, lambda: self._answers("curl", "-sf", "http://127.0.0.1:6060/healthz"))

    def kubectl(self, *words: str | Path) -> str:
        """Run kubectl on the engine's network and return its output; raises EngineFailed where it fails."""
        return self.tree.run(self.programs / "kubectl", "--kubeconfig", self.kubeconfig, *words, mounts=False)

    def argoctl(self, *words: str | Path) -> str:
        """Run argoctl on the engine's network and return its output; raises EngineFailed where it fails."""
        return self.tree.run("env", f"KUBECONFIG={self.kubeconfig}", self.programs / "argoctl", *words, mounts=False)

    def _demand(self) -> None:
        if sys.platform != "linux" or os.geteuid() != 0:
            raise EngineFailed("the Argo engine for tests needs Linux and root: it makes namespaces, mounts and control groups")
        if not (cache_folder() / "stamp").exists():
            raise EngineFailed(f"the Argo engine for tests is not built in {cache_folder()}: run `make engine-argo`")
        missing = [name for name in ("etcd", "containerd", "runc", "nsenter", "unshare", "ip", "openssl", "curl") if not _which(name)]
        if missing:
            raise EngineFailed(f"the Argo engine for tests lacks {', '.join(missing)}: run `make engine-argo`")
        if not (CGROUPS / "memory").is_dir() and not (CGROUPS / "cgroup.controllers").exists():
            raise EngineFailed(f"the Argo engine for tests needs control groups, and {CGROUPS} has none")

    def _network(self) -> None:
        """A pair of linked devices with both ends inside carries the node's address: not every kernel has dummy devices."""
        for words in (
            "link set lo up",
            f"addr add {configuration.SERVICE}/32 dev lo",
            "link add eng0 type veth peer name eng1",
            f"addr add {configuration.NODE}/24 dev eng0",
            "link set eng0 up",
            "link set eng1 up",
        ):
            self.tree.run(_which("ip") or "ip", *words.split())

    def _own_folders(self) -> None:
        """Fixed places of containerd and the kubelet get a file system that ends with the engine."""
        for path in _FIXED_PLACES:
            path.mkdir(parents=True, exist_ok=True)
            self.tree.run("mount", "-t", "tmpfs", "engine", path)

    def _cgroup(self) -> str:
        name = f"flowc-engine-{self.tree.init}"
        (self.folder / "cgroup").write_text(name)
        if (CGROUPS / "cgroup.controllers").exists():
            (CGROUPS / name).mkdir()
            return name
        for hierarchy in CGROUPS.iterdir():
            if hierarchy.is_dir() and not hierarchy.is_symlink() and hierarchy.name != "unified":
                (hierarchy / name).mkdir(exist_ok=True)
        # Else all pods together weigh as much as one process of anybody else.
        (CGROUPS / "cpu" / name / "cpu.shares").write_text(str(_POD_SHARES))
        for kind in ("cpus", "mems"):
            (CGROUPS / "cpuset" / name / f"cpuset.{kind}").write_text((CGROUPS / f"cpuset/cpuset.{kind}").read_text())
        return name

    def _kubernetes(self, cgroup: str, most_pods: int) -> None:
        tree, programs = self.tree, self.programs
        configuration.write_keys(self.keys)
        configuration.write_kubeconfig(self.kubeconfig, self.keys, secrets.token_hex(16))
        tree.start("etcd", _which("etcd") or "etcd", "--data-dir", self.folder / "etcd", "--unsafe-no-fsync", "--log-level", "warn")
        settings = configuration.write_containerd(self.folder, PAUSE)
        tree.start("containerd", _which("containerd") or "containerd", "--config", settings, "--log-level", "warn")
        tree.start("kube-apiserver", programs / "kube-apiserver", *configuration.api_server(self.keys))
        tree.until(
            "the API server", 120, lambda: self._answers(programs / "kubectl", "--kubeconfig", self.kubeconfig, "get", "--raw", "/readyz")
        )
        tree.start(
            "kube-controller-manager",
            programs / "kube-controller-manager",
            *configuration.controller_manager(self.kubeconfig, self.keys),
        )
        tree.start("kube-scheduler", programs / "kube-scheduler", "--kubeconfig", self.kubeconfig, "--leader-elect=false")
        settings = configuration.write_kubelet(self.folder, cgroup, most_pods)
        path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
        arguments = configuration.kubelet(self.folder, settings, self.kubeconfig)
        tree.start("kubelet", programs / "kubelet", *arguments, environment={"PATH": path})

    def _argo(self, images: list[Path]) -> None:
        ctr = [_which("ctr") or "ctr", "-a", configuration.socket(self.folder)]
        self.tree.until("containerd", 60, lambda: self._answers(*ctr, "version", mounts=True))
        for image in images:
            self.tree.run(*ctr, "-n", "k8s.io", "images", "import", image)
            image.unlink()
        objects = configuration.write_argo_objects(self.folder / "argo-objects.yaml", self.store)
        self.kubectl("apply", "--server-side", "--validate=false", "-f", cache_folder() / "crds.yaml")
        self.kubectl("apply", "--server-side", "-f", objects)
        pod = ("run", "policy", "--image", PAUSE, "--dry-run=server", "-o", "jsonpath={.spec.hostNetwork}")
        self.tree.until("what every pod gets", 60, lambda: self._kubectl_says(*pod) == "true")
        for kind in ("sensors", "workflows", "cronworkflows", "workflowtemplates", "workflowtaskresults", "workflowtasksets"):
            ready = ("wait", "--for", "condition=Established", "--timeout", "5s", f"crd/{kind}.argoproj.io")
            self.tree.until(f"the kind {kind}", 60, lambda words=ready: self._kubectl_answers(*words))
        self.start_controller()
        self.tree.until("a service account", 60, lambda: self._kubectl_answers("-n", configuration.NAMESPACE, "get", "sa", "default"))
        self.tree.until("the node", 90, lambda: self._kubectl_answers("wait", "--for", "condition=Ready", "--timeout", "5s", "node/node1"))

    def _kubectl_says(self, *words: str) -> str:
        """What kubectl prints on either stream, whether it succeeds or not."""
        return self.tree.run(self.programs / "kubectl", "--kubeconfig", self.kubeconfig, *words, check=False, mounts=False)

    def _kubectl_answers(self, *words: str) -> bool:
        return self._answers(self.programs / "kubectl", "--kubeconfig", self.kubeconfig, *words)

    def _answers(self, *words: str | Path, mounts: bool = False) -> bool:
        self.tree.check()
        command = self.tree.inside(*words, mounts=mounts)
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0


def _removed(cgroup: str) -> bool:
    """Whether no control group of this name is left; a process that is ending keeps its own for a moment."""
    for found in CGROUPS.glob(f"*/{cgroup}"):
        for path in [*sorted((path for path in found.rglob("*") if path.is_dir()), reverse=True), found]:
            with suppress(OSError):
                path.rmdir()
    return not list(CGROUPS.glob(f"*/{cgroup}"))


def _which(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


@contextmanager
def running_engine(folder: Path, *, most_pods: int = 12) -> Iterator[Engine]:
    """A started engine that ends with the context, or with the calling thread."""
    engine = Engine.at(folder)
    engine.up(most_pods=most_pods)
    try:
        yield engine
    finally:
        engine.down()


def main(words: list[str]) -> int:
    """`up DIR`, `exec DIR COMMAND…`, `controller DIR [NAME=VALUE]…`, `down DIR`; returns the exit code."""
    match words:
        case ["up", folder]:
            engine = Engine.at(Path(folder).resolve())
            engine.up(keep=True)
            print(engine.kubeconfig)
        case ["exec", folder, *command] if command:
            engine = Engine.at(Path(folder).resolve())
            path = f"{engine.programs}:{os.environ['PATH']}"
            environment = {**os.environ, "KUBECONFIG": str(engine.kubeconfig), "PATH": path}
            return subprocess.run(engine.tree.inside(*command, mounts=False), env=environment).returncode
        case ["controller", folder, *variables]:
            Engine.at(Path(folder).resolve()).restart_controller(dict(variable.split("=", 1) for variable in variables))
        case ["down", folder]:
            Engine.at(Path(folder).resolve()).down()
        case _:
            print(main.__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except EngineFailed as error:
        print(error, file=sys.stderr)
        sys.exit(1)
