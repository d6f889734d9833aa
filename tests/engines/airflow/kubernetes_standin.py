"""Stands in for a Kubernetes cluster: the part of its API that KubernetesPodOperator uses; a pod's container `base` is a process here.

python kubernetes_standin.py FOLDER PYTHON     needs aiohttp. Writes FOLDER/kubeconfig once it listens, on a free port of 127.0.0.1.
FOLDER/posted/NNNNNN.json is each pod as it was posted. FOLDER/secrets.json may hold {secret: {variable: value}}.

What it keeps of Kubernetes: `$(NAME)` and `$$` in env, command and args; envFrom; exit codes; phases; the log, followed; labels; that
an object is there once; that a deleted pod gets SIGTERM. What it has nothing of: admission, images, scheduling, limits, eviction,
RBAC, networks. A command called `python` is PYTHON, since there is no image. A volume `xcom` is a folder of the pod.

The operator's own exec into its sidecar is answered, never run: outside a container, `kill -2 $(pgrep … sh)` would hit every shell.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

BASE, SIDECAR = "base", "airflow-xcom-sidecar"
XCOM = "/airflow/xcom"
INHERITED = ("LANG", "LC_ALL", "TZ")
REFERENCE = re.compile(r"\$\$|\$\(([-._a-zA-Z0-9]+)\)")


def moment() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def expanded(text: str, known: dict[str, str]) -> str:
    """What Kubernetes makes of `text`: a reference to no variable stays, two dollar signs are one."""
    return REFERENCE.sub(lambda found: "$" if found[1] is None else known.get(found[1], found[0]), text)


class Pod:
    """A posted pod, its process and what the API says about it."""

    def __init__(self, body: dict[str, Any], number: int, cluster: "Cluster") -> None:
        self.body, self.cluster = body, cluster
        self.body["metadata"] |= {"uid": str(uuid.uuid4()), "resourceVersion": str(number), "creationTimestamp": moment()[:19] + "Z"}
        self.name: str = body["metadata"]["name"]
        self.folder = cluster.folder / "pods" / f"{number:06}-{self.name}"
        (self.folder / "xcom").mkdir(parents=True)
        self.lines: list[bytes] = []
        self.changed = asyncio.Condition()
        self.process: asyncio.subprocess.Process | None = None
        self.states: dict[str, dict[str, Any]] = {container["name"]: {"waiting": {}} for container in body["spec"]["containers"]}
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        container = next(found for found in self.body["spec"]["containers"] if found["name"] == BASE)
        environment = self._environment(container)
        words = [expanded(word, environment) for word in (*container.get("command", []), *container.get("args", []))]
        if Path(words[0]).name == "python":
            words[0] = self.cluster.python
        for name in self.states:
            await self.move(name, {"running": {"startedAt": moment()[:19] + "Z"}})
        self.process = await asyncio.create_subprocess_exec(
            *words,
            env={
                "PATH": f"{Path(self.cluster.python).parent}:/usr/bin:/bin",
                **{name: os.environ[name] for name in INHERITED if name in os.environ},
                **environment,
            },
            cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**24,
            start_new_session=True,
        )
        self.task = asyncio.create_task(self.follow(self.process))

    def _environment(self, container: dict[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for source in container.get("envFrom", []):
            found |= self.cluster.secrets[source["secretRef"]["name"]]
        for variable in container.get("env", []):
            value = expanded(variable.get("value", ""), found)
            found[variable["name"]] = value.replace(XCOM, str(self.folder / "xcom")) if value.startswith(XCOM) else value
        return found

    async def follow(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.lines.append(moment().encode() + b" " + line)
            await self.move(BASE, self.states[BASE])
        code = await process.wait()
        code = 128 - code if code < 0 else code
        began = self.states[BASE]["running"]["startedAt"]
        ended = {"exitCode": code, "reason": "Error" if code else "Completed", "startedAt": began, "finishedAt": moment()[:19] + "Z"}
        await self.move(BASE, {"terminated": ended})

    async def move(self, container: str, state: dict[str, Any]) -> None:
        self.states[container] = state
        async with self.changed:
            self.changed.notify_all()

    @property
    def ended(self) -> bool:
        return "terminated" in self.states[BASE]

    def json(self) -> dict[str, Any]:
        codes = [state["terminated"]["exitCode"] for state in self.states.values() if "terminated" in state]
        phase = "Running" if len(codes) < len(self.states) else "Failed" if any(codes) else "Succeeded"
        statuses = [
            {"name": name, "state": state, "ready": "running" in state, "restartCount": 0, "image": "-", "imageID": "-"}
            for name, state in self.states.items()
        ]
        status = {"phase": phase, "containerStatuses": statuses, "startTime": self.body["metadata"]["creationTimestamp"]}
        return {**self.body, "apiVersion": "v1", "kind": "Pod", "status": status}

    def terminate(self) -> None:
        if self.process and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)


class Cluster:
    """All pods by namespace and name, and the answers of the API."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder, self.python = folder, python
        self.pods: dict[tuple[str, str], Pod] = {}
        self.count = 0
        (folder / "posted").mkdir(parents=True)
        given = folder / "secrets.json"
        self.secrets: dict[str, dict[str, str]] = json.loads(given.read_text()) if given.exists() else {}

    async def create(self, request: web.Request) -> web.Response:
        body = await request.json()
        key = request.match_info["namespace"], body["metadata"]["name"]
        if body["metadata"].setdefault("namespace", key[0]) != key[0]:
            return failure(400, "BadRequest", "the namespace of the object is not that of the request")
        if key in self.pods:
            return failure(409, "AlreadyExists", f"pods {key[1]!r} already exists")
        self.count += 1
        (self.folder / "posted" / f"{self.count:06}.json").write_text(json.dumps(body, indent=1))
        pod = self.pods[key] = Pod(body, self.count, self)
        # Answers when the container runs, as a cluster never does: the operator looks for a start every five seconds only.
        await pod.start()
        return web.json_response(pod.json(), status=201)

    async def list(self, request: web.Request) -> web.Response:
        selector = request.query.get("labelSelector", "")
        here = [pod for (namespace, _), pod in self.pods.items() if namespace == request.match_info["namespace"]]
        found = [pod.json() for pod in here if matches(pod.body["metadata"].get("labels", {}), selector)]
        return web.json_response({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": str(self.count)}, "items": found})

    async def events(self, _: web.Request) -> web.Response:
        return web.json_response({"kind": "EventList", "apiVersion": "v1", "metadata": {}, "items": []})

    async def one(self, request: web.Request) -> web.Response:
        pod = self._pod(request)
        if request.method == "PATCH":
            pod.body["metadata"].setdefault("labels", {}).update((await request.json())["metadata"].get("labels", {}))
        if request.method == "DELETE":
            pod.terminate()
            del self.pods[request.match_info["namespace"], pod.name]
        return web.json_response(pod.json())

    async def log(self, request: web.Request) -> web.StreamResponse:
        pod, sent = self._pod(request), 0
        reply = web.StreamResponse()
        await reply.prepare(request)
        while True:
            ended = pod.ended
            for line in pod.lines[sent:]:
                await reply.write(line if request.query.get("timestamps") == "true" else line.split(b" ", 1)[1])
                sent += 1
            if ended or request.query.get("follow") != "true":
                return reply
            async with pod.changed:
                if sent == len(pod.lines) and not pod.ended:
                    await pod.changed.wait()

    async def exec(self, request: web.Request) -> web.WebSocketResponse:
        pod, socket = self._pod(request), web.WebSocketResponse(protocols=["v4.channel.k8s.io"])
        await socket.prepare(request)
        if "return.json" in "".join(request.query.getall("command")):
            file = pod.folder / "xcom/return.json"
            await socket.send_bytes(b"\x01" + (file.read_bytes() if file.exists() else b"__airflow_xcom_result_empty__\n"))
        else:
            async for message in socket:
                if message.type in (WSMsgType.BINARY, WSMsgType.TEXT) and "kill -2" in str(message.data):
                    await pod.move(SIDECAR, {"terminated": {"exitCode": 0, "reason": "Completed"}})
                    break
        await socket.send_bytes(b"\x03" + json.dumps({"metadata": {}, "status": "Success"}).encode())
        await socket.close()
        return socket

    def _pod(self, request: web.Request) -> Pod:
        found = self.pods.get((request.match_info["namespace"], request.match_info["name"]))
        if found is None:
            raise web.HTTPNotFound(text=failure(404, "NotFound", "no such pod").text, content_type="application/json")
        return found

    async def close(self, _: web.Application) -> None:
        for pod in self.pods.values():
            pod.terminate()

    def application(self) -> web.Application:
        application, base = web.Application(), "/api/v1/namespaces/{namespace}"
        application.add_routes(
            [
                web.post(base + "/pods", self.create),
                web.get(base + "/pods", self.list),
                web.get(base + "/events", self.events),
                web.get(base + "/pods/{name}/log", self.log),
                web.get(base + "/pods/{name}/exec", self.exec),
                *(web.route(method, base + "/pods/{name}", self.one) for method in ("GET", "PATCH", "DELETE")),
            ]
        )
        application.on_cleanup.append(self.close)
        return application


def matches(labels: dict[str, str], selector: str) -> bool:
    for term in filter(None, selector.split(",")):
        if term.startswith("!"):
            good = term[1:] not in labels
        elif "!=" in term:
            name, value = term.split("!=")
            good = labels.get(name) != value
        elif "=" in term:
            name, value = term.replace("==", "=").split("=")
            good = labels.get(name) == value
        else:
            good = term in labels
        if not good:
            return False
    return True


def failure(code: int, reason: str, message: str) -> web.Response:
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message, "code": code}
    return web.json_response(body, status=code)


def kubeconfig(port: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "standin",
        "contexts": [{"name": "standin", "context": {"cluster": "standin", "user": "flows"}}],
        "clusters": [{"name": "standin", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "flows", "user": {"token": "none"}}],
    }


async def serve(folder: Path, python: str) -> None:
    runner = web.AppRunner(Cluster(folder, python).application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    part = folder / "kubeconfig.part"
    part.write_text(json.dumps(kubeconfig(site._server.sockets[0].getsockname()[1])))  # type: ignore[attr-defined]
    part.replace(folder / "kubeconfig")
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    await ending.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]).absolute(), sys.argv[2]))
