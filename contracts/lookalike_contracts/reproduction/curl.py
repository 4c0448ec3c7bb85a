"""Requests as lines for a shell, with variables of the environment in place of credentials."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from shlex import quote

from lookalike_specs.signing import SCHEMES
from lookalike_specs.signing.sign import get_credential_name

from .exchange import REDACTED_NOTE, FindingExchange, Segments, shorten_segments
from .repeat import DetectedSigning
from .secrets import get_variable_name
from .text import escape_text

RESIGNED_NOTE = "# *** covers the signature; the Python snippet signs anew"
SHORTENED_NOTE = "# shortened: the request is longer than a line should be"


def render_curl(requests: Sequence[FindingExchange]) -> str:
    """A line for each request, numbered where there are several."""
    several = len(requests) > 1
    repeated = {known.repeat_of for known in requests if known.repeat_of}
    return "\n".join(
        (f"# {at} of {len(requests)}\n" if several else "") + _render_line(known, at, at in repeated)
        for at, known in enumerate(requests, 1)
    )


def _render_line(known: FindingExchange, at: int, repeated: bool) -> str:
    """The request; where it is signed, a line that signs it anew each time it is pasted."""
    if known.signing is None or known.values is None:
        return _render_curl_command(known)
    if known.repeat_of:
        return f'eval "$line{known.repeat_of}"  # the same bytes once more'
    made = _render_sign_command(known, known.signing)
    return f'line{at}="$({made})"; eval "$line{at}"' if repeated else f'eval "$({made})"'


def _render_sign_command(known: FindingExchange, proof: DetectedSigning) -> str:
    scheme = proof.scheme
    api = known.api.id
    options = {"--scheme": scheme.name, "--method": known.request.method, "--path": known.operation.document_path}
    options |= (
        {"--url": known.base_url, "--nonce": proof.signing_context.nonce}
        if known.repeat_of
        else {"--url": known.base_url}
    )
    if not proof.is_current:
        options["--timestamp"] = proof.signing_context.timestamp
    words = [f"{name} {quote(value)}" for name, value in options.items()]
    names = {"--key": get_credential_name(scheme), "--secret": SCHEMES[scheme.extension.scheme].secret_name}
    # `lookalike sign` has the demo account's by itself
    if any(known.account[name] != known.api.account.get(name) for name in names.values()):
        words += [f'{option} "${get_variable_name(api, name)}"' for option, name in names.items()]
    values = [known.to_segments(f"{name}={text}") for name, text in (known.values or {}).items()]
    return " ".join(["lookalike sign", api, *words, *map(_quote_segments, values), "--output curl"])


def _render_curl_command(known: FindingExchange) -> str:
    """The request itself."""
    url, *headers, body = _list_request_segments(known)
    (url, *headers, body), cut = shorten_segments((url, *headers, body))
    words = ["curl -s"]
    if known.request.method != ("POST" if known.request.body else "GET"):
        words.append(f"-X {quote(known.request.method)}")
    words += [f"-H {_quote_segments(header)}" for header in headers]
    before = ""
    if any(_is_invisible(part.text) for part in body):
        before = _render_printf(body)
        word = "--data-binary @-"
        words.append(word)
    elif body:
        words.append(f"--data-raw {_quote_segments(body)}")
    line = before + " ".join([*words, _quote_segments(url)])
    return "\n".join([*_list_notes(known, line, cut), line])


def _list_request_segments(known: FindingExchange) -> Iterator[Segments]:
    yield known.to_segments(known.url)
    for name, value in known.headers:
        # without a value, a colon would leave the header out
        yield known.to_segments(name + b": " + value if value else name + b";")
    yield known.to_segments(known.request.body)


def _list_notes(known: FindingExchange, line: str, cut: bool) -> Iterator[str]:
    if cut:
        yield SHORTENED_NOTE
    if "***" in line:
        yield RESIGNED_NOTE if known.signing else REDACTED_NOTE


def _quote_segments(parts: Segments) -> str:
    return "".join(f'"${part.variable}"' if part.variable else quote(escape_text(part.text)) for part in parts) or "''"


def _is_invisible(text: str) -> bool:
    """Whether a terminal would not show it, or a copied line not hold it."""
    return any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") and letter != "\n" for letter in text)


def _render_printf(parts: Segments) -> str:
    """What writes the body, byte for byte."""
    form = "".join("%s" if part.variable else "".join(map(_escape_octal, part.text)) for part in parts)
    return " ".join(["printf", quote(form), *(f'"${part.variable}"' for part in parts if part.variable)]) + " | "


def _escape_octal(letter: str) -> str:
    if letter in "%\\":
        return letter * 2
    if _is_invisible(letter) or letter == "\n":
        return "".join(f"\\{byte:03o}" for byte in letter.encode("utf-8", "surrogateescape"))
    return letter
