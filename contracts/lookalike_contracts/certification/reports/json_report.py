"""The report as JSON, for programs and for `lookalike report merge`; `schema.json` beside this says what is in it."""

from __future__ import annotations

import msgspec

from lookalike_specs.printable_text import break_workflow_commands

from .report import CertificationReport


def render_json(report: CertificationReport) -> str:
    """Return one JSON object."""
    text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return break_workflow_commands(f"{text}\n")
