"""A request that is signed with ACS3, and how it is signed otherwise."""

from __future__ import annotations

from datetime import datetime

import msgspec
from acs import (
    HOST,
    KEY,
    SEARCH,
    SECRET,
    Nonces,
    iso,
    post,
    with_header,
)
from book import NOW, lowered

from lookalike_specs.signing import Acs3Credential, Stages, acs3
from lookalike_specs.wire import Request

NONCES = Nonces("acs3")
ACTION = (("x-acs-action", "SearchImageByPic"), ("x-acs-version", "2020-12-14"))
DOCUMENTS = "help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature"


def search(query: str = "", *headers: tuple[str, str], form: str = SEARCH, host: str = HOST) -> Request:
    """A search that is not signed."""
    return post(query, form, *ACTION, *headers, host=host)


def signed(
    request: Request, *, at: datetime = NOW, nonce: str | None = None, key: str = KEY, secret: str = SECRET
) -> Request:
    """… with its signature."""
    return acs3.signed(request, key, secret, timestamp=iso(at), nonce=next(NONCES) if nonce is None else nonce)


def bare(request: Request) -> Request:
    """A request without its signature."""
    return msgspec.structs.replace(
        request, headers=tuple(p for p in request.headers if p[0].lower() != b"authorization")
    )


def over(request: Request, names: list[str], secret: str = SECRET, written: str = "") -> Request:
    """The request, signed over these headers; `written` is how their list is written, if otherwise."""
    authorization = f"{acs3.ALGORITHM} Credential={KEY},SignedHeaders={written or ';'.join(names)},Signature="
    made = acs3.recomputed(with_header(bare(request), "authorization", authorization + "0"), secret)
    if not isinstance(made, Stages):
        raise AssertionError(made)
    return with_header(bare(request), "authorization", authorization + made.signature)


def resigned(request: Request, signature: str) -> Request:
    """The request with a signature of the caller's own."""
    old = credential(request).signature
    return with_header(request, "authorization", str(request.header(b"authorization")).replace(old, signature))


def credential(request: Request) -> Acs3Credential:
    """What the request says of its signature."""
    found = acs3.credential(request.header(b"authorization") or "")
    if not isinstance(found, Acs3Credential):
        raise AssertionError(found)
    return found


def texts(request: Request) -> dict[str, str]:
    """The stages."""
    made = acs3.recomputed(request, SECRET)
    return {step.name: step.value for step in made.steps} if isinstance(made, Stages) else {}


def extras(sent: Request) -> dict[str, object]:
    """What a client would put in by itself."""
    request = lowered(sent)
    date, nonce = request.header(b"x-acs-date") or "", request.header(b"x-acs-signature-nonce") or ""
    return {"timestamp": date, "nonce": nonce, "signed_headers": credential(request).signed_headers}
