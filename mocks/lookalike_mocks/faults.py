"""What can go wrong with an answer on its way, at any API: no vendor documents it, and every client meets it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Annotated, Final, Literal

import msgspec

from lookalike_specs.messages import HTML_MEDIA_TYPE, Fault, Response

MAX_SECONDS: Final = 60.0

FAULTS: Final[Mapping[str, str]] = {
    "latency": "The answer comes late: 1 second, or as it was asked for.",
    "slow-body": "The head comes at once, the body in pieces over 1 second, or over as long as was asked for.",
    "reset-before": "The connection is reset before any of the answer.",
    "reset-inside": "The connection is reset in the middle of the body.",
    "truncated-body": "The connection ends in the middle of the body.",
    "wrong-content-length": "`Content-Length` is less than the body that follows.",
    "malformed-chunk": "The body is chunked, and the size of its second chunk is no number.",
    "malformed-json": "The body is the answer without its last character.",
    "html-502": "A proxy's HTML page, HTTP 502.",
    "wrong-certificate": "The connection is reset, and the next TLS handshake shows a certificate for another host.",
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

    def sample(self, chance: Random) -> float:
        """One delay, in seconds."""
        return min(max(0.0, DISTRIBUTIONS[self.kind](chance, self.seconds, self.spread)), MAX_SECONDS)


DISTRIBUTIONS: Final[Mapping[str, Callable[[Random, float, float], float]]] = {
    "fixed": lambda _, seconds, __: seconds,
    "uniform": lambda chance, seconds, spread: chance.uniform(seconds - spread, seconds + spread),
    "lognormal": lambda chance, seconds, spread: seconds * chance.lognormvariate(0.0, spread),
}


def apply_fault(reply: Response, fault: str, delay: Delay, chance: Random) -> Response:
    """The reply with that fault; one of the wire is only noted, for the door to carry out."""
    if fault == "html-502":
        return Response(status=502, body=BAD_GATEWAY_PAGE, media_type=HTML_MEDIA_TYPE)
    if fault == "malformed-json":
        return msgspec.structs.replace(reply, body=reply.body.rstrip()[:-1])
    seconds = delay.sample(chance) if fault in ("latency", "slow-body") else 0.0
    return msgspec.structs.replace(reply, fault=Fault(fault, seconds))
