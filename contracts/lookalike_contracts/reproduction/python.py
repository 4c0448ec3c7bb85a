"""Requests as a few lines of Python, with credentials from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..signed_request import Signing
from .exchange import REDACTED_NOTE, FindingExchange, Segments, TextSegment, shorten_segments

SHORTENED_NOTE = "# shortened: the request is longer than a snippet should be"


def render_snippet(requests: Sequence[FindingExchange]) -> str:
    """Return a snippet that sends all of the requests, one after the other."""
    lines: list[str] = []
    for number, exchange in enumerate(requests, 1):
        lines += _render_exchange(exchange, number)
    body = "\n".join(lines)
    # only what the lines use is imported
    head = []
    if "os.environ" in body:
        head.append("import os\n")
    head.append("import httpx")
    if "= sign_request(" in body:
        head.append("\nfrom lookalike_contracts.reproduction import sign_request")
    return "\n".join([*head, "", "client = httpx.Client(trust_env=False)", body])


def _render_exchange(exchange: FindingExchange, number: int) -> Iterator[str]:
    """Yield the lines that send one request and print its response."""
    if exchange.repeat_of and exchange.signing:
        yield f"reply = client.send(request{exchange.repeat_of})  # the same bytes once more"
    else:
        yield from _render_request(exchange, number)
        yield f"reply = client.send(request{number})"
    yield "print(reply.status_code, reply.text)"


def _render_request(exchange: FindingExchange, number: int) -> Iterator[str]:
    """Yield the lines that make one request, signed anew where it was signed."""
    names = [name.decode("latin-1") for name, _ in exchange.headers]
    texts = [
        exchange.to_segments(exchange.url),
        *(exchange.to_segments(value) for _, value in exchange.headers),
        exchange.to_segments(exchange.request.body),
    ]
    (url, *values, content), is_shortened = shorten_segments(texts)
    arguments = [repr(exchange.request.method), _render_expression(url)]
    if names:
        pairs = [f"({name!r}, {_render_expression(value)})" for name, value in zip(names, values, strict=True)]
        arguments.append(f"headers=[{', '.join(pairs)}]")
    if content:
        arguments.append(f"content={_render_expression(content)}")
    line = f"request{number} = httpx.Request({', '.join(arguments)})"
    if is_shortened:
        yield SHORTENED_NOTE
    # a covered signature of the account's is no loss: the next line signs anew
    if "***" in line and not exchange.signing:
        yield REDACTED_NOTE
    yield line
    if exchange.signing:
        yield f"request{number} = sign_request(request{number}, {_render_sign_arguments(exchange, exchange.signing)})"


def _render_sign_arguments(exchange: FindingExchange, signing: Signing) -> str:
    arguments = [repr(exchange.api.id), repr(signing.scheme.name)]
    base_path = exchange.base_url.partition("://")[2].strip("/").partition("/")[2]
    if base_path:
        arguments.append(f"base={exchange.base_url!r}")
    if not signing.is_current:
        arguments.append(f"time={signing.context.timestamp!r}")
    return ", ".join(arguments)


def _render_expression(segments: Segments) -> str:
    """Return the expression that makes a text: `'…' + os.environ['LOOKALIKE_…']`."""
    return " + ".join(map(_render_segment, segments)) or "''"


def _render_segment(segment: TextSegment) -> str:
    if segment.variable:
        return f"os.environ[{segment.variable!r}]"
    data = segment.text.encode("utf-8", "surrogateescape")
    try:
        return repr(data.decode())
    except UnicodeDecodeError:
        return repr(data)
