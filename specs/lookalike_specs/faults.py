"""What can go wrong with an answer on its way, at any API, and what that asks of a client.

No vendor documents a fault, and every client meets it. So the table stands here, and in no API's document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from .client_guidance import NOTHING_KNOWN, ClientGuidance, Retry
from .provenance import Provenance, Source

# no vendor documents that its network fails
FAULT_SOURCE: Final = Source("invented", "a fault of the network, which no vendor documents")
LOST_ANSWER: Final = Source(
    "documented",
    "RFC 9110, 9.2.2: a request may be repeated by itself if the answer could not be read and the method is idempotent",
)
LATE_ANSWER: Final = Source(
    "inferred", "RFC 9110, 9.2.2: a client that stops waiting does not know whether its request was carried out"
)
UNREADABLE_ANSWER: Final = Source(
    "inferred", "RFC 9110, 9.2.2: the request was carried out, and its answer does not tell what came of it"
)
PROXY_ANSWER: Final = Source(
    "inferred", "RFC 9110, 15.6.3 and 9.2.2: a proxy does not say whether the request was carried out"
)


class FaultType(msgspec.Struct, frozen=True):
    """A fault: what happens to the answer, and what it asks of a client."""

    description: str
    client: ClientGuidance


def _guide(retry: Retry, source: Source) -> ClientGuidance:
    keywords = {"retry": source, "billing": NOTHING_KNOWN}
    return ClientGuidance(
        kind="transport",
        retry=retry,
        billing="unknown",
        x_provenance=Provenance(FAULT_SOURCE.kind, FAULT_SOURCE.source, keywords),
    )


FAULT_TYPES: Final[Mapping[str, FaultType]] = {
    "latency": FaultType("The answer comes late: 1 second, or as it was asked for.", _guide("idempotent", LATE_ANSWER)),
    "slow-body": FaultType(
        "The head comes at once, the body in pieces over 1 second, or over as long as was asked for.",
        _guide("idempotent", LATE_ANSWER),
    ),
    "reset-before": FaultType("The connection is reset before any of the answer.", _guide("idempotent", LOST_ANSWER)),
    "reset-inside": FaultType("The connection is reset in the middle of the body.", _guide("idempotent", LOST_ANSWER)),
    "truncated-body": FaultType("The connection ends in the middle of the body.", _guide("idempotent", LOST_ANSWER)),
    "wrong-content-length": FaultType(
        "`Content-Length` is less than the body that follows.", _guide("idempotent", UNREADABLE_ANSWER)
    ),
    "malformed-chunk": FaultType(
        "The body is chunked, and the size of its second chunk is no number.", _guide("idempotent", LOST_ANSWER)
    ),
    "malformed-json": FaultType(
        "The body is the answer without its last character.", _guide("idempotent", UNREADABLE_ANSWER)
    ),
    "html-502": FaultType("A proxy's HTML page, HTTP 502.", _guide("idempotent", PROXY_ANSWER)),
    # nothing was sent to whoever shows it, so asking again does no harm; whether it helps is known to nobody
    "wrong-certificate": FaultType(
        "The connection is reset; over TLS, its client's next one shows a certificate for another host.",
        _guide("unknown", NOTHING_KNOWN),
    ),
}
