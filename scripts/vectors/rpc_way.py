"""A request that is signed with RPC, and how it is signed otherwise."""

from __future__ import annotations

from datetime import datetime

import msgspec
from acs import (
    KEY,
    SEARCH,
    SECRET,
    Nonces,
    iso,
    post,
)
from book import NOW

from lookalike_specs.signing import acs_rpc, parameters
from lookalike_specs.signing.acs_rpc import Placement
from lookalike_specs.wire import Request

NONCES = Nonces("rpc")
SYSTEM = "Action=SearchImageByPic&Version=2020-12-14&Format=JSON"


def signed(  # noqa: PLR0913 - what a test may have otherwise
    form: str = "",
    system: str = "",
    *,
    placement: Placement = "query",
    at: datetime = NOW,
    nonce: str | None = None,
    key: str = KEY,
    secret: str = SECRET,
) -> Request:
    """A search with more in its form or query, signed."""
    request = post(SYSTEM + system, SEARCH + form)
    return acs_rpc.signed(
        request, key, secret, timestamp=iso(at), nonce=next(NONCES) if nonce is None else nonce, placement=placement
    )


def bare(request: Request) -> Request:
    """A request without its signature."""
    return msgspec.structs.replace(request, query=without(request.query), body=without(request.body))


def without(raw: bytes) -> bytes:
    """A query or form without signature."""
    return b"&".join(part for part in raw.split(b"&") if part.partition(b"=")[0] != b"Signature")


def resigned(request: Request, signature: str) -> Request:
    """The request with a signature of the caller's own."""
    return parameters.with_query(bare(request), (("Signature", signature),))


def anew(request: Request, secret: str = SECRET) -> Request:
    """The request, signed as it now is."""
    return resigned(request, acs_rpc.recomputed(request, secret).signature)


def texts(request: Request) -> dict[str, str]:
    """The stages."""
    return {step.name: step.value for step in acs_rpc.recomputed(request, SECRET).steps}


def extras(request: Request) -> dict[str, object]:
    """What a client would put in by itself."""
    found, in_query = dict(parameters.sent(request)), b"Timestamp=" in request.query
    placement = "form" if not in_query else "query" if request.body else "everything-in-query"
    return {"timestamp": found["Timestamp"], "nonce": found["SignatureNonce"], "placement": placement}
