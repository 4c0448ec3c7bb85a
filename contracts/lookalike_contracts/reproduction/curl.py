"""Requests as lines for a shell, with variables of the environment in place of credentials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Final

from lookalike_specs.printable_text import escape_invisible
from lookalike_specs.signing import SCHEMES
from lookalike_specs.signing.sign import get_credential_name

from ..signed_request import Signing
from .exchange import (
    MAX_LINE_CHARACTERS,
    REDACTED_NOTE,
    FindingExchange,
    Segments,
    TextSegment,
    shorten_segments,
)
from .secrets import get_variable_name
from .text import shorten_runs, truncate_text

RESIGNED_NOTE = "# *** covers the signature; the Python snippet signs anew"
SHORTENED_NOTE = (
    "# shortened: the request is longer than a line should be; the command that finds this again sends all of it"
)
# of all lines of a finding
MAX_CHARACTERS: Final = 2_400
CREDENTIAL_VARIABLE: Final = re.compile(r"\$(LOOKALIKE_[A-Z0-9_]+)")


def render_curl(requests: Sequence[FindingExchange]) -> str:
    """Return a line for each request, numbered where there are several, to be pasted into a shell.

    Credentials that have to be in the environment are named above, as comments: whoever has set them must not have them
    overwritten by what is pasted.
    """
    repeated_numbers = {exchange.repeat_of for exchange in requests if exchange.repeat_of}
    blocks: list[str] = []
    size = 0
    for number, exchange in enumerate(requests, 1):
        block = _render_line(exchange, number, is_repeated=number in repeated_numbers)
        if len(requests) > 1:
            block = f"# {number} of {len(requests)}\n{block}"
        size += len(block)
        if blocks and size > MAX_CHARACTERS:
            blocks.append(f"# the rest is not shown, {len(requests) - number + 1} of {len(requests)} requests")
            break
        blocks.append(block)
    text = "\n".join(blocks)
    variables = dict.fromkeys(CREDENTIAL_VARIABLE.findall(text))
    return "\n".join([*(f"# export {name}=…" for name in variables), text])


def _render_line(exchange: FindingExchange, number: int, *, is_repeated: bool) -> str:
    """Return the line for a request; one that is signed is signed anew each time it is pasted.

    A signature ages: a line with the signature of the run would show another error than the finding. So
    `lookalike sign … --output curl` writes the curl line, and the shell runs it by `eval`. Where a later request
    repeats the same bytes (a replay), the line is kept in a variable and run again.
    """
    if exchange.signing is None or exchange.values is None:
        return _render_curl_command(exchange)
    if exchange.repeat_of:
        return f'eval "$line{exchange.repeat_of}"  # the same bytes once more'
    command = _render_sign_command(exchange, exchange.signing, exchange.values)
    if len(command) > MAX_LINE_CHARACTERS:
        short_values = {name: shorten_runs(text) for name, text in exchange.values.items()}
        command = _render_sign_command(exchange, exchange.signing, short_values)
        return f"{SHORTENED_NOTE}\n# {truncate_text(command, MAX_LINE_CHARACTERS)}".replace("\n(", "\n# (")
    if is_repeated:
        return f'line{number}="$({command})"; eval "$line{number}"'
    return f'eval "$({command})"'


def _render_sign_command(exchange: FindingExchange, signing: Signing, values: Mapping[str, str]) -> str:
    scheme = signing.scheme
    api_id = exchange.api.id
    options = {
        "--scheme": scheme.name,
        "--method": exchange.request.method,
        "--path": exchange.operation.document_path,
        "--url": exchange.base_url,
    }
    if exchange.repeat_of:
        options["--nonce"] = signing.context.nonce
    # a time that a check chose on purpose is what the finding is about
    if not signing.is_current:
        options["--timestamp"] = signing.context.timestamp
    words = ["lookalike sign", api_id]
    words += [f"{option} {quote(value)}" for option, value in options.items()]
    names = {"--key": get_credential_name(scheme), "--secret": SCHEMES[scheme.extension.scheme].secret_name}
    # `lookalike sign` has the demo account's by itself
    if any(exchange.account[name] != exchange.api.account.get(name) for name in names.values()):
        words += [f'{option} "${get_variable_name(api_id, name)}"' for option, name in names.items()]
    words += [_quote_segments(exchange.to_segments(f"{name}={text}")) for name, text in values.items()]
    words.append("--output curl")
    return " ".join(words)


def _render_curl_command(exchange: FindingExchange) -> str:
    """Return the request itself as a curl command, with comments above it that say what is not shown."""
    (url, *headers, body), is_shortened = shorten_segments(_list_request_segments(exchange))
    words = ["curl -s"]
    default_method = "POST" if exchange.request.body else "GET"
    if exchange.request.method != default_method:
        words.append(f"-X {quote(exchange.request.method)}")
    words += [f"-H {_quote_segments(header)}" for header in headers]
    producer = ""
    # no shell word can hold a NUL, and no copied line a control character: printf writes the body into a pipe
    if any(_is_invisible(segment.text) for segment in body):
        producer = _render_printf(body)
        words.append("--data-binary @-")
    elif body:
        words.append(f"--data-raw {_quote_segments(body)}")
    words.append(_quote_segments(url))
    line = producer + " ".join(words)
    notes = list(_list_notes(exchange, line, is_shortened=is_shortened))
    if is_shortened:
        # pasted, it would send another request than the finding's
        line = "\n".join(f"# {part}" for part in line.splitlines())
    return "\n".join([*notes, line])


def _list_request_segments(exchange: FindingExchange) -> Iterator[Segments]:
    """Yield the URL, each header, and the body."""
    yield exchange.to_segments(exchange.url)
    for name, value in exchange.headers:
        # without a value, a colon would leave the header out
        yield exchange.to_segments(name + b": " + value if value else name + b";")
    yield exchange.to_segments(exchange.request.body)


def _list_notes(exchange: FindingExchange, line: str, *, is_shortened: bool) -> Iterator[str]:
    if is_shortened:
        yield SHORTENED_NOTE
    if "***" in line:
        yield RESIGNED_NOTE if exchange.signing else REDACTED_NOTE


def _quote_segments(segments: Segments) -> str:
    """Return one word for a shell: `'text='"$VARIABLE"'text'`."""
    return "".join(map(_quote_segment, segments)) or "''"


def _quote_segment(segment: TextSegment) -> str:
    if segment.variable:
        return f'"${segment.variable}"'
    return quote(escape_invisible(segment.text))


def _is_invisible(text: str) -> bool:
    """Return whether a terminal would not show it, or a copied line not hold it."""
    return any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") and letter != "\n" for letter in text)


def _render_printf(segments: Segments) -> str:
    """Return the beginning of a pipe that writes the body, byte for byte."""
    template = ""
    arguments = []
    for segment in segments:
        if segment.variable:
            template += "%s"
            arguments.append(f'"${segment.variable}"')
        else:
            template += "".join(map(_escape_octal, segment.text))
    return " ".join(["printf", quote(template), *arguments]) + " | "


def _escape_octal(letter: str) -> str:
    """Return a letter as printf takes it in its template: a NUL is `\\000`, a per cent sign `%%`."""
    if letter in "%\\":
        return letter * 2
    if _is_invisible(letter) or letter == "\n":
        return "".join(f"\\{byte:03o}" for byte in letter.encode("utf-8", "surrogateescape"))
    return letter
