"""What is held of what a client sends, beyond the document: values come whole, and no two requests have one nonce."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

from lookalike_specs.messages import FORM_MEDIA_TYPE
from lookalike_specs.provenance import Source
from lookalike_specs.signing import SCHEMES

from .attempts import build_client_request
from .case import PARALLEL, ClientOutcome, RecordedExchange
from .registry import ClientFinding, client_check

ENCODING: Final = Source(
    "documented", "RFC 3986, 2.1 and 2.2: in a value, what has a meaning in a URL is percent-encoded"
)
# what stays as it is where an address with other letters is made a URI
URI_CHARACTERS: Final = "!#$%&'()*+,/:;=?@[]~"


@client_check(
    "sent/text",
    summary="The image's address comes to the API as it was given.",
    rationale="An address that is cut at an ampersand, or decoded once too often, is that of another image, or of none.",
    remediation="Let the HTTP library encode each value, once: `params=`, `URLSearchParams`, `--data-urlencode`.",
    since=1,
)
def check_texts(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for the address among the values of each request; one that has none of that host has no address to send."""
    host = urlsplit(outcome.image_url).netloc
    # letters beyond ASCII may come as they are, or as a URI has them
    expected = {outcome.image_url, quote(outcome.image_url, safe=URI_CHARACTERS)}
    for number, exchange in enumerate(outcome.exchanges, start=1):
        values = [value for value in _iter_texts(outcome, exchange) if host and host in value]
        if values and expected.isdisjoint(values):
            message = f"request {number}: the image's address {outcome.image_url!r} came as {values[0]!r}"
            yield ClientFinding(message, ENCODING)
            return


def _iter_texts(outcome: ClientOutcome, exchange: RecordedExchange) -> Iterator[str]:
    """Yield the texts of query, form and JSON body."""
    request = build_client_request(outcome, exchange)
    yield from (value for _, value in request.query)
    if exchange.request.content_type == FORM_MEDIA_TYPE or request.parts:
        yield from (value for _, value in request.form)
    yield from _iter_strings(dict(request.json_object))


def _iter_strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from _iter_strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from _iter_strings(child)


@client_check(
    "sent/nonce",
    summary="No two requests have the same nonce, though several processes ask at once.",
    rationale="A nonce made of the time, or counted from 1, is another process's too, and the second request a replay.",
    remediation="Draw each nonce by a cryptographic generator, such as `uuid4` or `crypto.randomUUID`.",
    since=1,
)
def check_parallel_nonces(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Compare the nonces of all requests; those of one process that asks again are held by `retry/nonce`."""
    if outcome.case.script != PARALLEL:
        return
    seen: dict[tuple[str, str], int] = {}
    for number, exchange in enumerate(outcome.exchanges, start=1):
        request = build_client_request(outcome, exchange)
        names = {
            SCHEMES[part.extension.scheme].nonce_name for scheme in request.schemes for part in (scheme, *scheme.parts)
        }
        for name in sorted(filter(None, names)):
            value = request.read_value(name)
            if value and (name, value) in seen:
                message = f"of two processes that ask at once, both send the same {name}"
                source = request.build_violation("nonce", name, message, subject=name).source
                yield ClientFinding(message, source, subject=name)
                return
            seen[name, value] = number
