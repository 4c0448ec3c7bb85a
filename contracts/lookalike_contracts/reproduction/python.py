"""Requests as a few lines of Python, with credentials from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .exchange import REDACTED_NOTE, FindingExchange, Segments, shorten_segments

SHORTENED_NOTE = "# shortened: the request is longer than a snippet should be"


def render_snippet(requests: Sequence[FindingExchange]) -> str:
    """A snippet that sends all of them, one after the other."""
    body = "\n".join(line for at, known in enumerate(requests, 1) for line in _render_exchange(known, at))
    head = ["import os\n"] if "os.environ" in body else []
    head.append("import httpx")
    if "= sign_request(" in body:
        head.append("\nfrom lookalike_contracts.reproduction import sign_request")
    return "\n".join([*head, "", "client = httpx.Client(trust_env=False)", body])


def _render_exchange(known: FindingExchange, at: int) -> Iterator[str]:
    """The lines for one request."""
    if known.repeat_of and known.signing:
        yield f"reply = client.send(request{known.repeat_of})  # the same bytes once more"
    else:
        yield from _render_request(known, at)
        yield f"reply = client.send(request{at})"
    yield "print(reply.status_code, reply.text)"


def _render_request(known: FindingExchange, at: int) -> Iterator[str]:
    url = known.to_segments(known.url)
    names = [name.decode("latin-1") for name, _ in known.headers]
    values = [known.to_segments(value) for _, value in known.headers]
    (url, *values, content), cut = shorten_segments((url, *values, known.to_segments(known.request.body)))
    headers = ", ".join(f"({name!r}, {_render_expression(value)})" for name, value in zip(names, values, strict=True))
    words = [repr(known.request.method), _render_expression(url)]
    words += [f"headers=[{headers}]"] if headers else []
    words += [f"content={_render_expression(content)}"] if content else []
    line = f"request{at} = httpx.Request({', '.join(words)})"
    if cut:
        yield SHORTENED_NOTE
    if "***" in line and not known.signing:
        yield REDACTED_NOTE
    yield line
    if known.signing:
        yield f"request{at} = sign_request(request{at}, {_render_sign_arguments(known)})"


def _render_sign_arguments(known: FindingExchange) -> str:
    assert known.signing is not None  # noqa: S101 - for the type checker: the caller looked
    moment = known.signing.signing_context
    words = [repr(known.api.id), repr(known.signing.scheme.name)]
    if known.base_url.partition("://")[2].strip("/").count("/"):
        words.append(f"base={known.base_url!r}")
    if not known.signing.is_current:
        words.append(f"time={moment.timestamp!r}")
    return ", ".join(words)


def _render_expression(parts: Segments) -> str:
    """The expression that makes it: `'…' + os.environ['LOOKALIKE_…']`."""
    return (
        " + ".join(f"os.environ[{part.variable!r}]" if part.variable else _render_literal(part.text) for part in parts)
        or "''"
    )


def _render_literal(text: str) -> str:
    """A text, or bytes that are none."""
    data = text.encode("utf-8", "surrogateescape")
    try:
        return repr(data.decode())
    except UnicodeDecodeError:
        return repr(data)
