#!/usr/bin/env bash
# Builds the engine's programs and base images into $FLOWC_ENGINE_CACHE (default: flowc-engine in the user's cache folder), once per
# version of what it is made of. A later call with nothing changed ends at once. Needs Linux, Go, the Go module proxy; the Debian packages it
# lacks are installed when root. Says what failed and ends with 1 otherwise.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${FLOWC_ENGINE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/flowc-engine}
kubernetes=k8s.io/kubernetes
argo=github.com/argoproj/argo-workflows/v4
packages=(etcd-server containerd runc openssl gcc libc6-dev iproute2 procps util-linux)
export GOTOOLCHAIN=local CGO_ENABLED=0 GOFLAGS=-trimpath
PATH=$PATH:/usr/local/go/bin:/usr/sbin:/sbin

say() { printf '%5ds  %s\n' "$SECONDS" "$*"; }
fail() {
    printf 'The Argo engine for tests cannot be built: %s\n' "$*" >&2
    exit 1
}
step() { # step NAME COMMAND…: run it, say when it was done, or say what failed (the command runs without errexit)
    local name=$1
    shift
    "$@" || fail "$name failed"
    say "$name: done"
}

missing_packages() { for p in "${packages[@]}"; do dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || printf '%s\n' "$p"; done; }

install_packages() { # nothing may start a daemon of the package on this machine
    local policy=/usr/sbin/policy-rc.d made=0 code=0
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=1
    fi
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -qq -y --no-install-recommends "$@"; } >"$cache/apt.log" 2>&1 || code=$?
    ((made == 0)) || rm -f "$policy"
    ((code == 0)) || tail -5 "$cache/apt.log" >&2
    return "$code"
}

build_kubernetes() {
    cd "$here/programs/kubernetes" || return
    local version names=(kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl)
    version=$(go list -m -f '{{.Version}}' "$kubernetes") || return
    local minor=${version#v1.}
    local stamp="-X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=${minor%%.*}"
    go build -ldflags "-s -w $stamp" -o "$cache/bin/" "${names[@]/#/$kubernetes/cmd/}"
}

build_argo() {
    cd "$here/programs/argo" || return
    local version
    version=$(go list -m -f '{{.Version}}' "$argo") || return
    go build -ldflags "-s -w -X $argo.version=$version" -o "$cache/bin/" "$argo/cmd/workflow-controller" ./argoctl || return
    FLOWC_ERRORS_EXPORT=$(go list -export -f '{{.Export}}' "$argo/util/errors") || return
    export FLOWC_ERRORS_EXPORT
    go build -toolexec "$here/programs/argo/toolexec.sh" -ldflags "-s -w -X $argo.version=$version" -o "$cache/bin/" "$argo/cmd/argoexec"
}

write_crds() { # the files have no document marks between them
    cd "$here/programs/argo" || return
    local folder
    folder=$(go list -m -f '{{.Dir}}' "$argo")/manifests/base/crds/full || return
    awk 'FNR == 1 {print "---"} {print}' "$folder"/argoproj.io_*.yaml >"$cache/crds.yaml"
}

[[ $(uname -s) == Linux ]] || fail "it needs Linux, and this is $(uname -s)"
command -v go >/dev/null || fail "Go is missing: install Go 1.26 or newer, https://go.dev/doc/install"
mkdir -p "$cache/bin"
exec 9>"$cache/build.lock"
flock 9

mapfile -t missing < <(missing_packages)
if ((${#missing[@]})); then
    command -v apt-get >/dev/null || fail "these programs of Debian are missing: ${missing[*]}"
    ((EUID == 0)) || fail "only root can install: apt-get install ${missing[*]}"
    step "apt-get install ${missing[*]}" install_packages "${missing[@]}"
fi

stamp=$(cd "$here" && sha256sum build.sh programs/*/go.* programs/argo/argoctl/*.go programs/argo/toolexec.sh programs/pause.c && go version)
if [[ -f $cache/stamp && $(<"$cache/stamp") == "$stamp" ]]; then
    say "up to date: $cache"
    exit 0
fi
rm -f "$cache/stamp"
step "build of Kubernetes" build_kubernetes
step "build of Argo Workflows" build_argo
step "file of CRDs" write_crds
step "build of pause" gcc -Os -static -o "$cache/bin/pause" "$here/programs/pause.c"
printf '%s' "$stamp" >"$cache/stamp"
say "done: $cache"
