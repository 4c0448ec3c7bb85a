"""A finding with everything that is needed to see it again, and nothing that is secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lookalike_specs import Api
from lookalike_specs.redaction import Redactor
from lookalike_specs.source_map import SourceLocation, locate_source

from ..finding import Exchange, Finding
from .curl import render_curl
from .exchange import FindingExchange
from .python import render_snippet
from .secrets import build_redactor
from .text import format_request, format_response, redact_text, truncate_text


@dataclass(frozen=True)
class Evidence:
    """A finding as it may be printed.

    `curl` and `python` repeat the requests, with credentials from the environment. `request` and `response` are the
    two sides, numbered where there are several exchanges. `location` is where the rule stands in the document.
    """

    message: str
    pointer: str
    curl: str
    python: str
    request: str
    response: str
    location: SourceLocation


def build_evidence(
    finding: Finding, api: Api, account: Mapping[str, str], run_redactor: Redactor | None = None
) -> Evidence:
    """Return a finding with its evidence, secrets covered; `account` is who asked, `run_redactor` covers other accounts."""
    redactor = build_redactor(api, account, finding.exchanges, run_redactor)
    exchanges = [
        FindingExchange(
            api,
            finding.operation,
            account,
            exchange.request,
            finding.url or f"{exchange.request.scheme}://{exchange.request.host}",
            redactor,
            _find_repeated(finding.exchanges, index),
        )
        for index, exchange in enumerate(finding.exchanges)
    ]
    requests = [format_request(exchange.request, redactor, exchange.url) for exchange in exchanges]
    responses = [format_response(exchange.response, redactor) for exchange in finding.exchanges]
    return Evidence(
        message=truncate_text(redact_text(finding.message, redactor)),
        pointer=truncate_text(redact_text(finding.pointer, redactor)),
        curl=render_curl(exchanges),
        python=render_snippet(exchanges) if exchanges else "",
        request=_number_texts(requests),
        response=_number_texts(responses),
        location=_locate_rule(finding, redactor),
    )


def _find_repeated(exchanges: Sequence[Exchange], index: int) -> int:
    """Return the number, from 1, of the first exchange that sent the same bytes before; 0 for none.

    A replay must be the same bytes again; signed anew it would be another request.
    """
    for number, earlier in enumerate(exchanges[:index], 1):
        if earlier.request == exchanges[index].request:
            return number
    return 0


def _locate_rule(finding: Finding, redactor: Redactor) -> SourceLocation:
    location = locate_source(finding.api, finding.rule)
    return replace(location, pointer=redact_text(location.pointer, redactor))


def _number_texts(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return "\n\n".join(f"# {number} of {len(texts)}\n{text}" for number, text in enumerate(texts, 1))
