"""The files and command lines of the engine's programs, as functions of its folder."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

SERVICE, NODE = "10.96.0.1", "10.88.77.1"
"""Addresses on the engine's own network: the API server's as pods know it, the node's."""
NAMESPACE = "argo"
_CONTROLLERS = (
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "root-ca-certificate-publisher-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "pod-garbage-collector-controller",
    "node-lifecycle-controller",
    "taint-eviction-controller",
    "job-controller",
    "ttl-after-finished-controller",
)


def write_keys(folder: Path) -> None:
    """Make an authority, the API server's certificate and the keys of service account tokens in `folder`."""
    folder.mkdir()
    names = f"subjectAltName=DNS:kubernetes.default.svc,IP:{SERVICE},IP:{NODE},IP:127.0.0.1"
    (folder / "names").write_text(names)
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=flowc-engine -keyout ca.key -out ca.crt",
        "req -newkey rsa:2048 -nodes -subj /CN=kube-apiserver -keyout api.key -out api.csr",
        "x509 -req -in api.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile names -out api.crt",
        "genrsa -out sa.key 2048",
        "rsa -in sa.key -pubout -out sa.pub",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def write_kubeconfig(path: Path, keys: Path, token: str) -> None:
    """Write what kubectl, lightkube and the engine's own programs read to find the API server."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "engine",
        "clusters": [{"name": "engine", "cluster": {"server": f"https://{SERVICE}:443", "certificate-authority": str(keys / "ca.crt")}}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "engine", "context": {"cluster": "engine", "user": "admin", "namespace": NAMESPACE}}],
    }
    path.write_text(yaml.safe_dump(document))
    path.chmod(0o600)
    (keys / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n")


def api_server(keys: Path) -> list[str]:
    """Arguments of kube-apiserver. Streaming lists need an etcd with progress notices, and Debian's has none."""
    return [
        *("--etcd-servers", "http://127.0.0.1:2379", "--secure-port", "443", "--bind-address", "0.0.0.0"),
        *("--advertise-address", SERVICE, "--service-cluster-ip-range", "10.96.0.0/24", "--endpoint-reconciler-type", "none"),
        *("--authorization-mode", "RBAC", "--token-auth-file", f"{keys}/tokens.csv"),
        *("--tls-cert-file", f"{keys}/api.crt", "--tls-private-key-file", f"{keys}/api.key", "--client-ca-file", f"{keys}/ca.crt"),
        *("--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", f"{keys}/sa.pub"),
        *("--service-account-signing-key-file", f"{keys}/sa.key", "--kubelet-preferred-address-types", "InternalIP"),
        *("--profiling=false", "--feature-gates", "WatchList=false"),
    ]


def controller_manager(kubeconfig: Path, keys: Path) -> list[str]:
    """Arguments of kube-controller-manager."""
    return [
        *("--kubeconfig", str(kubeconfig), "--leader-elect=false", "--root-ca-file", f"{keys}/ca.crt"),
        *("--service-account-private-key-file", f"{keys}/sa.key", "--use-service-account-credentials=false"),
        *("--controllers", ",".join(_CONTROLLERS)),
    ]


def workflow_controller(image: str) -> list[str]:
    """Arguments of Argo's workflow-controller: more requests a second than its default, so that tests do not wait."""
    return ["--executor-image", image, "--executor-image-pull-policy", "IfNotPresent", "--qps", "100", "--burst", "200"]


def write_containerd(folder: Path, pause_image: str) -> Path:
    """Write containerd's configuration. The CNI plug-in is never called, since pods stand on the host's network."""
    (folder / "cni").mkdir()
    (folder / "cni/none.conflist").write_text('{"cniVersion": "0.4.0", "name": "none", "plugins": [{"type": "loopback"}]}')
    path = folder / "containerd.toml"
    path.write_text(f'''version = 2
root = "{folder}/containerd/root"
state = "{folder}/containerd/state"
[grpc]
  address = "{socket(folder)}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{folder}/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause_image}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{folder}/cni"
    conf_dir = "{folder}/cni"
''')
    return path


def socket(folder: Path) -> Path:
    """Where containerd listens."""
    return folder / "containerd.sock"


def write_kubelet(folder: Path, cgroup: str, most_pods: int) -> Path:
    """Write the kubelet's configuration."""
    path = folder / "kubelet.yaml"
    document = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{cgroup}",
        "containerRuntimeEndpoint": f"unix://{socket(folder)}",
        "eventRecordQPS": 0,
        "evictionHard": {"memory.available": "0%"},
        "failCgroupV1": False,
        "failSwapOn": False,
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "maxPods": most_pods,
        "oomScoreAdj": 0,
        "podLogsDir": str(folder / "podlogs"),
        "registryPullQPS": 0,
        "serializeImagePulls": False,
        "volumePluginDir": str(folder / "volume-plugins"),
    }
    path.write_text(yaml.safe_dump(document))
    return path


def kubelet(folder: Path, configuration: Path, kubeconfig: Path) -> list[str]:
    """Arguments of the kubelet."""
    return [
        *("--config", str(configuration), "--kubeconfig", str(kubeconfig), "--root-dir", f"{folder}/kubelet"),
        *("--cert-dir", f"{folder}/kubelet-keys", "--node-ip", NODE, "--hostname-override", "node1"),
    ]


def write_argo_objects(path: Path, store: Path) -> Path:
    """Write the namespace, what the pods of its default account may do, and what every pod of this machine gets beside its own spec.

    That is the host's network, for there is no other, and `store` at the path that it has outside, so that one root names it for everybody.
    """
    access = "rbac.authorization.k8s.io"
    documents = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": f"{access}/v1",
            "kind": "Role",
            "metadata": {"name": "executor", "namespace": NAMESPACE},
            "rules": [{"apiGroups": ["argoproj.io"], "resources": ["workflowtaskresults"], "verbs": ["create", "patch"]}],
        },
        {
            "apiVersion": f"{access}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "executor", "namespace": NAMESPACE},
            "roleRef": {"apiGroup": access, "kind": "Role", "name": "executor"},
            "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": NAMESPACE}],
        },
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "workflow-controller-configmap", "namespace": NAMESPACE}},
        *_pod_policy(store),
        _event_kind(),
    ]
    path.write_text(yaml.safe_dump_all(documents))
    return path


def _pod_policy(store: Path) -> list[dict[str, Any]]:
    """https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/"""
    volume = f'Object.spec.volumes{{name: "store", hostPath: Object.spec.volumes.hostPath{{path: "{store}"}}}}'
    mount = f'Object.spec.containers.volumeMounts{{name: "store", mountPath: "{store}"}}'
    containers = f"object.spec.containers.map(each, Object.spec.containers{{name: each.name, volumeMounts: [{mount}]}})"
    expression = f"Object{{spec: Object.spec{{hostNetwork: true, volumes: [{volume}], containers: {containers}}}}}"
    group = "admissionregistration.k8s.io/v1"
    pods = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    return [
        {
            "apiVersion": group,
            "kind": "MutatingAdmissionPolicy",
            "metadata": {"name": "engine"},
            "spec": {
                "matchConstraints": {"resourceRules": [pods]},
                "failurePolicy": "Fail",
                "reinvocationPolicy": "Never",
                "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}],
            },
        },
        {
            "apiVersion": group,
            "kind": "MutatingAdmissionPolicyBinding",
            "metadata": {"name": "engine"},
            "spec": {"policyName": "engine"},
        },
    ]


def _event_kind() -> dict[str, Any]:
    """Argo Events' Sensor, stored as it comes: nothing here acts on it."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "sensors.argoproj.io"},
        "spec": {
            "group": "argoproj.io",
            "names": {"kind": "Sensor", "listKind": "SensorList", "plural": "sensors", "singular": "sensor"},
            "scope": "Namespaced",
            "versions": [{"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
