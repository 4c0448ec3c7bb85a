"""What can go wrong with a response on its way, at any API, and how it is done to the response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Annotated, Final, Literal

import msgspec

from lookalike_specs.faults import FAULT_TYPES
from lookalike_specs.messages import HTML_MEDIA_TYPE, Fault, Response

MAX_SECONDS: Final = 60.0
PIECE_COUNT: Final = 10

# How each is carried out stands where the bytes go: `adapters/asgi_faults.py` for sockets, `adapters/httpx_faults.py` for
# httpx and respx. A test asks all three for the same names, so a new fault is a line in the specs' table and a function in
# each.
FAULTS: Final[Mapping[str, str]] = {name: fault.description for name, fault in FAULT_TYPES.items()}
# what has an effect beyond its response: here on the next connection
LASTING_FAULTS: Final = frozenset(("wrong-certificate",))
# what a client meets of a fault of the connection, behind `HTTP 200` and a comma, or alone where it sees no answer
FAULT_OUTCOMES: Final[Mapping[str, str]] = {
    "latency": "{seconds:g} s late",
    "slow-body": "its body over {seconds:g} s",
    "reset-inside": "then a reset in the middle of the body",
    "truncated-body": "then the end of the connection in the middle of the body",
    "wrong-content-length": "with a Content-Length that is too small",
    "malformed-chunk": "with a chunk whose size is no number",
}
OUTCOMES_WITHOUT_ANSWER: Final[Mapping[str, str]] = {
    "reset-before": "a reset before any answer",
    "wrong-certificate": "a reset before any answer, and over TLS the wrong certificate the next time",
}
BAD_GATEWAY_PAGE: Final = b"""<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr></body>
</html>
"""


class Delay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long `latency` and `slow-body` take: `seconds`, evenly within `spread` of it, or log-normally around it.

    For `lognormal`, `seconds` is the median and `spread` is sigma. Never more than 60 seconds.
    """

    kind: Literal["fixed", "uniform", "lognormal"] = "fixed"
    seconds: Annotated[float, msgspec.Meta(ge=0, le=MAX_SECONDS)] = 1.0
    spread: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.0

    def sample(self, rng: Random) -> float:
        """Return one delay, in seconds."""
        seconds = DISTRIBUTIONS[self.kind](rng, self.seconds, self.spread)
        # a distribution has no end: a client's test must not wait for an hour because of one draw
        return min(max(0.0, seconds), MAX_SECONDS)


DISTRIBUTIONS: Final[Mapping[str, Callable[[Random, float, float], float]]] = {
    "fixed": lambda _, seconds, __: seconds,
    "uniform": lambda rng, seconds, spread: rng.uniform(seconds - spread, seconds + spread),
    "lognormal": lambda rng, seconds, spread: seconds * rng.lognormvariate(0.0, spread),
}


def apply_fault(
    response: Response, fault: str, delay: Delay, rng: Random, is_wanted: Callable[[], bool] | None = None
) -> Response:
    """Return the response with that fault; one of the connection is only noted, for the adapter to carry out.

    `is_wanted` tells later whether a fault that outlasts the response was not cancelled.
    """
    if fault == "html-502":
        return Response(status=502, body=BAD_GATEWAY_PAGE, media_type=HTML_MEDIA_TYPE)
    if fault == "malformed-json":
        return msgspec.structs.replace(response, body=response.body.rstrip()[:-1])
    seconds = 0.0
    if fault in ("latency", "slow-body"):
        seconds = delay.sample(rng)
    return msgspec.structs.replace(response, fault=Fault(fault, seconds, is_wanted))


def describe_outcome(response: Response) -> str:
    """Return what a client meets: `HTTP 200`, and what happens to it on its way, such as a reset."""
    status = f"HTTP {response.status}"
    fault = response.fault
    if fault is None:
        return status
    if fault.kind in OUTCOMES_WITHOUT_ANSWER:
        return OUTCOMES_WITHOUT_ANSWER[fault.kind]
    return f"{status}, {FAULT_OUTCOMES[fault.kind].format(seconds=fault.seconds)}"


def split_halves(body: bytes) -> tuple[bytes, bytes]:
    """Return what comes before the middle, and what comes after it."""
    middle = len(body) // 2
    return body[:middle], body[middle:]


def split_pieces(body: bytes) -> tuple[bytes, ...]:
    """Return PIECE_COUNT pieces of about one size, or as many as there are bytes."""
    # rounded up, so that the last piece is the short one and there are never more than PIECE_COUNT
    size = max(-(-len(body) // PIECE_COUNT), 1)
    return tuple(body[start : start + size] for start in range(0, len(body), size))
