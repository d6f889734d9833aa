"""Findings about a flow: model, codes, renderers."""

from flowc.diagnostics.model import Code, Diagnostic, Edit, Fix, Label, Report, Severity

__all__ = ["Code", "Diagnostic", "Edit", "Fix", "Label", "Report", "Severity"]
