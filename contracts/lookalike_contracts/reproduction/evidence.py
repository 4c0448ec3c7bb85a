"""A finding with everything that is needed to see it again, and nothing that is secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lookalike_specs import Api
from lookalike_specs.redaction import Redactor
from lookalike_specs.source_map import SourceLocation, locate_source

from ..finding import Finding
from .curl import render_curl
from .exchange import FindingExchange
from .python import render_snippet
from .secrets import build_redactor
from .text import format_request, format_response, redact_text, truncate_text


@dataclass(frozen=True)
class Evidence:
    """A finding as it may be printed.

    `curl` and `python` repeat the requests, with credentials from the environment. `request` and `reply` are the two
    sides, several exchanges numbered. `place` is where the rule stands; `message` and `pointer` are the finding's.
    """

    message: str
    pointer: str
    curl: str
    python: str
    request: str
    response: str
    location: SourceLocation


def build_evidence(finding: Finding, api: Api, account: Mapping[str, str]) -> Evidence:
    """The finding with its evidence, secrets covered; `account` is who asked."""
    exchanges = finding.exchanges
    cover = build_redactor(api, account, exchanges)
    requests = [_build_exchange(finding, api, account, at, cover) for at in range(len(exchanges))]
    return Evidence(
        message=truncate_text(redact_text(finding.message, cover)),
        pointer=truncate_text(redact_text(finding.pointer, cover)),
        curl=render_curl(requests),
        python=render_snippet(requests) if requests else "",
        request=_number_texts([format_request(known.request, cover, known.url) for known in requests]),
        response=_number_texts([format_response(exchange.response, cover) for exchange in exchanges]),
        location=_locate_rule(finding, cover),
    )


def _build_exchange(
    finding: Finding, api: Api, account: Mapping[str, str], at: int, cover: Redactor
) -> FindingExchange:
    request = finding.exchanges[at].request
    same = next((i for i, each in enumerate(finding.exchanges[:at], 1) if each.request == request), 0)
    base = finding.url or f"{request.scheme}://{request.host}"
    return FindingExchange(api, finding.operation, account, request, base, cover, same)


def _locate_rule(finding: Finding, cover: Redactor) -> SourceLocation:
    found = locate_source(finding.api, finding.rule)
    return replace(found, pointer=redact_text(found.pointer, cover))


def _number_texts(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return "\n\n".join(f"# {at} of {len(texts)}\n{text}" for at, text in enumerate(texts, 1))
