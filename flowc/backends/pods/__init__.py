"""Pods for every target that runs on Kubernetes: from decorators and settings to a plain pod spec. Knows no engine."""
