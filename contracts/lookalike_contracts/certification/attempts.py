"""Which requests of a client are the same one again, and what the answers before them asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from lookalike_specs import Api
from lookalike_specs.client_guidance import ClientGuidance, RetryAfter
from lookalike_specs.faults import FAULT_TYPES
from lookalike_specs.messages import Response
from lookalike_specs.provenance import Source
from lookalike_specs.signing import SCHEMES

from ..clients.parsed_request import ClientRequest
from ..responses.openapi_adapter import match_operation
from .case import ClientOutcome, RecordedExchange

STANDARD_HINT: Final = RetryAfter(header="Retry-After")
STANDARD_HINT_SOURCE: Final = Source("documented", "RFC 9110, 10.2.3: Retry-After says how long a client ought to wait")
MILLISECONDS: Final = 1000


class Attempt(NamedTuple):
    """A request that was sent again: the exchange before it, this one, and their numbers, which count from 1."""

    earlier: RecordedExchange
    earlier_number: int
    later: RecordedExchange
    later_number: int

    @property
    def pause(self) -> float:
        """Return how many seconds lie between the two, as the server saw them."""
        return self.later.received_at - self.earlier.received_at


class PauseHint(NamedTuple):
    """How many seconds an answer asked its client to wait, in which header, and who says that it means that."""

    seconds: float
    header: str
    text: str
    source: Source


def find_guidance(api: Api, situation: str) -> ClientGuidance | None:
    """Return what an error or a fault asks of a client; None for a good answer."""
    if situation in FAULT_TYPES:
        return FAULT_TYPES[situation].client
    error = api.root.errors.get(situation)
    if error is None:
        return None
    return error.client


def iter_attempts(outcome: ClientOutcome) -> Iterator[Attempt]:
    """Yield each request that repeats one before it, with the last one that it repeats."""
    last_numbers: dict[tuple[object, ...], int] = {}
    for number, exchange in enumerate(outcome.exchanges, start=1):
        key = identify_request(outcome, exchange)
        earlier_number = last_numbers.get(key)
        if earlier_number is not None:
            yield Attempt(outcome.exchanges[earlier_number - 1], earlier_number, exchange, number)
        last_numbers[key] = number


def build_client_request(outcome: ClientOutcome, exchange: RecordedExchange) -> ClientRequest:
    """Return a request with the names of its operation; of the case's, where it is to no operation."""
    operation = match_operation(outcome.api, exchange.request) or outcome.operation
    return ClientRequest(outcome.api, operation, exchange.request, outcome.variants)


def identify_request(outcome: ClientOutcome, exchange: RecordedExchange) -> tuple[object, ...]:
    """Return what two requests have alike that ask for the same.

    Signature, time and nonce are new at each try, and so is the boundary of a multipart form.
    """
    request = build_client_request(outcome, exchange)
    proof_names: set[str] = set()
    for scheme in request.schemes:
        for part in (scheme, *scheme.parts):
            signing = SCHEMES[part.extension.scheme]
            proof_names |= {signing.signature_name, signing.timestamp_name, signing.nonce_name}
    pairs = tuple(sorted(pair for pair in request.pairs if pair[0] not in proof_names))
    body = b""
    if not request.form and not request.files:
        body = exchange.request.body
    digests = tuple(hashlib.sha256(file.value).digest() for file in request.files)
    # the operation, too: at Aliyun all have one path, and ACS3 names the one that is meant in a header
    return exchange.request.method, exchange.request.path, request.operation.id, pairs, digests, body


def find_pause_hint(guidance: ClientGuidance | None, response: Response) -> PauseHint | None:
    """Return how long an answer asked to wait; None where it does not say, or no number and no date."""
    hints = [(STANDARD_HINT, STANDARD_HINT_SOURCE)]
    if guidance is not None and guidance.retry_after is not None:
        # the API's own header before the one of HTTP
        hints.insert(0, (guidance.retry_after, guidance.find_source("retry-after")))
    for hint, source in hints:
        text = _get_header(response, hint.header)
        seconds = _parse_pause(text, hint, response)
        if seconds is not None:
            return PauseHint(seconds, hint.header, text, source)
    return None


def _parse_pause(text: str, hint: RetryAfter, response: Response) -> float | None:
    # `isdecimal` and not `float`: `inf`, `1e9` and `-1` are numbers for Python, and none for HTTP
    if text.isascii() and text.isdecimal():
        number = float(text)
        if hint.unit == "milliseconds":
            return number / MILLISECONDS
        return number
    try:
        # such as `Tue, 01 Dec 2026 01:35:10 GMT`, told by the clock of the server, which is in `Date`
        date = parsedate_to_datetime(text)
        now = parsedate_to_datetime(_get_header(response, "Date"))
    except ValueError:
        return None
    return max(0.0, date.timestamp() - now.timestamp())


def _get_header(response: Response, name: str) -> str:
    wanted = name.lower().encode()
    for key, value in response.headers:
        if key.lower() == wanted:
            return value.decode("latin-1").strip()
    return ""
