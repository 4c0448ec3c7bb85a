"""What a request says by itself: the operation that it means, who it says to be, and the values that it brings.

None of this depends on a sandbox, its clock or its account. So a request that comes again, byte for byte, as a test suite's
do, is not read again.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

import msgspec

from lookalike_specs.messages import Request

from .authentication.credentials import read_credential
from .bounded_cache import BoundedCache
from .context import RequestContext
from .exceptions import MockError, VendorError
from .near_miss import describe_unrouted
from .parsing import ParsedRequest, parse_request
from .preferences import parse_preferences
from .reason import NO_API
from .routing import ApiRouter, RouteMatch, match_operation
from .service import Credential, Endpoint, Service
from .validation import bind_request, validate

# how many requests are remembered, and how many bytes they may take together
MAX_READINGS: Final = 4096
MAX_TOTAL_BYTES: Final = 16 * 1024 * 1024
# of one request; a longer one is read each time
MAX_READING_BYTES: Final = 16 * 1024
# what the objects of a reading take besides those of its parameters and headers, and what each of those takes; measured
BASE_BYTES: Final = 1200
BYTES_PER_PAIR: Final = 200
# each text is there as it came, and once or twice more as it was decoded
TEXT_FACTOR: Final = 3


class RequestReading(msgspec.Struct, frozen=True):
    """A request, read as far as it could be.

    `error` is what is wrong with it. Without a `context` no operation is meant, or its body cannot be read; with one, a
    value breaks a rule, which the vendor notices only after it has made out who calls.
    """

    service: Service
    parsed: ParsedRequest
    credential: Credential
    endpoint: Endpoint | None = None
    # "" where no operation is meant
    operation_id: str = ""
    context: RequestContext | None = None
    error: VendorError | None = None

    @property
    def refusal(self) -> VendorError:
        """Return the error of a reading without a context."""
        if self.error is None:
            raise ValueError("nothing is wrong with this request")
        return self.error


class ReadingCache:
    """Reads requests for a router's APIs, and remembers those without a body and without a mistake."""

    def __init__(self, router: ApiRouter) -> None:
        self.router = router
        self._readings: BoundedCache[Request, RequestReading] = BoundedCache(MAX_READINGS, MAX_TOTAL_BYTES)

    @property
    def size(self) -> int:
        """Return about how many bytes of memory are taken."""
        return self._readings.size

    def read(self, request: Request) -> RequestReading:
        """Return what a request says. Raise MockError where it means no API."""
        if request.body or request.broken_rule:
            return read_request(self.router, request)
        reading = self._readings.get(request)
        if reading is not None:
            return reading
        reading = read_request(self.router, request)
        size = _measure(request, reading)
        # an error is not kept: it is an exception, which gathers a traceback and details when it is raised
        if reading.error is None and size <= MAX_READING_BYTES:
            self._readings.put(request, reading, size)
        return reading


def read_request(router: ApiRouter, request: Request) -> RequestReading:
    """Return what a request says. Raise MockError where it means no API."""
    route = _find_route(router, request)
    service = route.service
    parsed = parse_request(_strip_prefix(request, route))
    credential = read_credential(service, parsed)
    endpoint: Endpoint | None = None
    operation_id = ""
    context: RequestContext | None = None
    try:
        match = match_operation(route, parsed)
        endpoint = match.endpoint
        operation_id = endpoint.operation.id
        accepted = bind_request(endpoint.rules, parsed, match.path_values)
        bound_credential = credential
        if accepted.form is not parsed.form:
            # a form where none is read, as in a GET: a key in it names the sandbox, but proves nothing
            bound_credential = read_credential(service, accepted)
        context = RequestContext(service, endpoint, accepted, bound_credential, parse_preferences(accepted.request))
        values = validate(endpoint.rules, accepted)
    except VendorError as error:
        error.forget_frames()
        return RequestReading(service, parsed, credential, endpoint, operation_id, context, error)
    context = msgspec.structs.replace(context, sent_values=values.sent, values=values.effective)
    return RequestReading(service, parsed, credential, endpoint, operation_id, context)


def _find_route(router: ApiRouter, request: Request) -> RouteMatch:
    """Return the API that is meant. Raise MockError where none is."""
    route = router.resolve(request.get_header(b"host") or "", request.path)
    if route is None:
        raise MockError(404, describe_unrouted(router.services, request), NO_API)
    return route


def _strip_prefix(request: Request, route: RouteMatch) -> Request:
    """Return the request with the vendor's own path, which signatures and errors are about."""
    if route.path == request.path:
        return request
    # `/tmapi/v1/search` is the vendor's `/v1/search`
    return msgspec.structs.replace(request, path=route.path)


def _measure(request: Request, reading: RequestReading) -> int:
    """Return about how many bytes a reading takes, its request included."""
    headers = request.headers
    size = len(request.path) + len(request.query) + sum(map(len, chain.from_iterable(headers)))
    return BASE_BYTES + TEXT_FACTOR * size + BYTES_PER_PAIR * (len(headers) + len(reading.parsed.pairs))
