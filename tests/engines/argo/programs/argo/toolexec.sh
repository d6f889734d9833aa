#!/usr/bin/env bash
# For `go build -toolexec`, so that argoexec builds from Argo's Go module. Upstream's workflow/executor/osspecific/signal_linux.go is a
# symbolic link to signal_darwin.go; module archives hold no links, so the package lacks Setpgid and Kill on Linux. The compiler is given
# the file that the link points at, from the same module folder, and the one import that only this file has (its export: $FLOWC_ERRORS_EXPORT).
set -euo pipefail
argo=github.com/argoproj/argo-workflows/v4
if [[ ${1##*/} == compile && " $* " == *" -p $argo/workflow/executor/osspecific "* ]]; then
    last=${!#}
    arguments=("$@")
    for i in "${!arguments[@]}"; do
        if [[ ${arguments[i]} == -importcfg ]]; then
            echo "packagefile $argo/util/errors=$FLOWC_ERRORS_EXPORT" >>"${arguments[i + 1]}"
        fi
    done
    set -- "$@" "${last%/*}/signal_darwin.go"
fi
exec "$@"
