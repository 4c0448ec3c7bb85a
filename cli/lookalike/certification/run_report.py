"""The report of a run, with the command that plays each of its cases again."""

from __future__ import annotations

import os
from dataclasses import fields
from glob import escape
from shlex import quote
from typing import Final

from lookalike_contracts.baseline import Baseline
from lookalike_contracts.certification.case import ClientCase
from lookalike_contracts.certification.registry import CURRENT_SUITE
from lookalike_contracts.certification.reports import (
    CertificationReport,
    CompletedCertification,
    RunSettings,
    assemble_certification_report,
)
from lookalike_contracts.certification.reports.report import sort_trust
from lookalike_contracts.reproduction.text import redact_text
from lookalike_contracts.severity import DEFAULT_TRUST
from lookalike_specs.redaction import Redactor, list_environment_secrets

from .. import __version__
from .run import DEFAULT_EXAMPLES, Certification, CertificationOptions

DEFAULT_TIMEOUT: Final = next(field.default for field in fields(CertificationOptions) if field.name == "timeout")


def build_certification_report(
    options: CertificationOptions, certification: Certification, baseline: Baseline
) -> CertificationReport:
    """Return the one value that every format is made from."""
    # a driver's options may hold a key, and so may what a client says that it is
    redactor = Redactor(list_environment_secrets(os.environ))
    completed = CompletedCertification(
        version=__version__,
        settings=RunSettings(options.suite, options.seed, sort_trust(options.trust), dict(options.variants)),
        # a client that never said hello has at least the name of its command
        client_name=redact_text(certification.name or options.command_text, redactor),
        client_version=redact_text(certification.version, redactor),
        planned_ids=options.planned_ids or tuple(case.id for case in options.cases),
        results=certification.results,
        is_interrupted=certification.is_interrupted,
    )

    def build_redacted_command(case: ClientCase) -> str:
        return redact_text(build_rerun_command(options, case), redactor)

    return assemble_certification_report(completed, build_redacted_command, baseline)


def build_rerun_command(options: CertificationOptions, case: ClientCase) -> str:
    """Return the command that plays a case again, with whatever was asked for that is not the default."""
    option = "--driver"
    if options.is_python:
        option = "--client"
    words = ["lookalike", "certify", case.api, option, options.command_text, "--only", escape(case.id)]
    if options.name:
        words += ["--name", options.name]
    if options.seed:
        words += ["--seed", str(options.seed)]
    for key, value in options.variants.items():
        # `name=value` concerns every API that has the variant, `api.name=value` one
        if key.rpartition(".")[0] in ("", case.api):
            words += ["--variant", f"{key}={value}"]
    if options.timeout != DEFAULT_TIMEOUT:
        words += ["--timeout", f"{options.timeout:g}"]
    if case.drawn_kind is not None and options.example_count != DEFAULT_EXAMPLES:
        words += ["--examples", str(options.example_count)]
    if case.drawn_kind is not None and options.keep_folder is not None:
        words += ["--keep", str(options.keep_folder)]
    if options.trust != DEFAULT_TRUST:
        words += ["--trust", ",".join(sort_trust(options.trust))]
    for check in options.skipped_checks:
        words += ["--skip", check]
    if options.suite != CURRENT_SUITE:
        words += ["--suite", str(options.suite)]
    return " ".join(quote(word) for word in words)
