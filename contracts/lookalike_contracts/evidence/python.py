"""Requests as a few lines of Python, with credentials from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .known import COVERED, Known
from .parts import Parts, short

SHORTENED = "# shortened: the request is longer than a snippet should be"


def snippet(requests: Sequence[Known]) -> str:
    """A snippet that sends all of them, one after the other."""
    body = "\n".join(line for at, known in enumerate(requests, 1) for line in _sent(known, at))
    head = ["import os\n"] if "os.environ" in body else []
    head.append("import httpx")
    if "= signed(" in body:
        head.append("\nfrom lookalike_contracts.evidence import signed")
    return "\n".join([*head, "", "client = httpx.Client(trust_env=False)", body])


def _sent(known: Known, at: int) -> Iterator[str]:
    """The lines for one request."""
    if known.same and known.proof:
        yield f"reply = client.send(request{known.same})  # the same bytes once more"
    else:
        yield from _made(known, at)
        yield f"reply = client.send(request{at})"
    yield "print(reply.status_code, reply.text)"


def _made(known: Known, at: int) -> Iterator[str]:
    url = known.parts(known.url)
    names = [name.decode("latin-1") for name, _ in known.headers]
    values = [known.parts(value) for _, value in known.headers]
    (url, *values, content), cut = short((url, *values, known.parts(known.request.body)))
    headers = ", ".join(f"({name!r}, {_text(value)})" for name, value in zip(names, values, strict=True))
    words = [repr(known.request.method), _text(url)]
    words += [f"headers=[{headers}]"] if headers else []
    words += [f"content={_text(content)}"] if content else []
    line = f"request{at} = httpx.Request({', '.join(words)})"
    if cut:
        yield SHORTENED
    if "***" in line and not known.proof:
        yield COVERED
    yield line
    if known.proof:
        yield f"request{at} = signed(request{at}, {_signing(known)})"


def _signing(known: Known) -> str:
    assert known.proof is not None  # noqa: S101 - for the type checker: the caller looked
    moment, words = known.proof.moment, [repr(known.api.id), repr(known.proof.scheme.name)]
    if known.base.partition("://")[2].strip("/").count("/"):
        words.append(f"base={known.base!r}")
    if not known.proof.is_of_now:
        words.append(f"time={moment.timestamp!r}")
    return ", ".join(words)


def _text(parts: Parts) -> str:
    """The expression that makes it: `'…' + os.environ['LOOKALIKE_…']`."""
    return (
        " + ".join(f"os.environ[{part.variable!r}]" if part.variable else _literal(part.text) for part in parts) or "''"
    )


def _literal(text: str) -> str:
    """A text, or bytes that are none."""
    data = text.encode("utf-8", "surrogateescape")
    try:
        return repr(data.decode())
    except UnicodeDecodeError:
        return repr(data)
