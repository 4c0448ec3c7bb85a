"""The two sides of a finding's exchanges as texts: without secrets, head and body apart, not yet bounded to a screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from lookalike_specs import Api
from lookalike_specs.curl import build_url
from lookalike_specs.messages import Request, Response
from lookalike_specs.printable_text import escape_invisible
from lookalike_specs.redaction import Redactor

from ..finding import Exchange, Finding
from ..reproduction.secrets import build_redactor
from ..reproduction.text import format_request, format_response, measure_body, shorten_runs

MAX_BODY_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class MessageText:
    """A request or a response: `head` is its first line and its headers, `body` what follows the empty line."""

    head: str
    body: str


@dataclass(frozen=True)
class ExchangeText:
    """One request and the response to it."""

    request: MessageText
    response: MessageText


def build_exchange_texts(
    finding: Finding, api: Api, account: Mapping[str, str], run_redactor: Redactor | None = None
) -> tuple[ExchangeText, ...]:
    """Return the exchanges of a finding with all secrets of `account` covered, and what `run_redactor` covers."""
    redactor = build_redactor(api, account, finding.exchanges, run_redactor)
    return tuple(build_exchange_text(exchange, finding.url, redactor) for exchange in finding.exchanges)


def build_exchange_text(exchange: Exchange, base_url: str, redactor: Redactor) -> ExchangeText:
    """Return an exchange as texts; `base_url` is where the request went, "" for the host that it names."""
    request = exchange.request
    response = exchange.response
    url = build_url(request, base_url or f"{request.scheme}://{request.host}")
    # the head is formatted as in every other report; the body is not, for that would cut it after 4,000 characters,
    # often before the place of the finding
    request_head = format_request(replace(request, body=b""), redactor, url)
    response_head = format_response(replace(response, body=b""), redactor)
    return ExchangeText(
        MessageText(request_head, _format_body(request, redactor)),
        MessageText(response_head, _format_body(response, redactor)),
    )


def _format_body(message: Request | Response, redactor: Redactor) -> str:
    text = redactor.redact(message.body, MAX_BODY_BYTES).decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    text = shorten_runs(escape_invisible(text))
    length = measure_body(message)
    if length > MAX_BODY_BYTES:
        text += f"\n({length - MAX_BODY_BYTES:,} bytes more)"
    return text
