"""A search that is signed with ACS3, and how it is signed otherwise."""

from __future__ import annotations

from acs import HOST, KEY, SEARCH, SECRET, post
from book import Way
from edits import with_header
from pen import Pen

from lookalike_specs.signing import Acs3Credential, Stages, acs3
from lookalike_specs.wire import Request

ACTION = (("x-acs-action", "SearchImageByPic"), ("x-acs-version", "2020-12-14"))


def search(query: str = "", *headers: tuple[str, str], form: str = SEARCH, host: str = HOST) -> Request:
    """A search that is not signed."""
    return post(query, form, *ACTION, *headers, host=host)


def noted(*values: str) -> Request:
    """… with a header more, signed."""
    return PEN.signed(search("", *(("x-acs-note", value) for value in values)))


def bare(request: Request) -> Request:
    """A request without its signature."""
    return with_header(request, "authorization")


def over(request: Request, names: list[str], written: str = "") -> Request:
    """The request, signed over these headers; `written` is how their list is written, if otherwise."""
    text = f"{acs3.ALGORITHM} Credential={KEY},SignedHeaders={written or ';'.join(names)},Signature="
    made = acs3.recomputed(with_header(bare(request), "authorization", text + "0"), SECRET)
    if not isinstance(made, Stages):
        raise AssertionError(made)
    return with_header(bare(request), "authorization", text + made.signature)


def authorization(request: Request) -> str:
    """The header."""
    return request.header(b"authorization") or ""


def credential(request: Request) -> Acs3Credential:
    """What the request says of its signature."""
    found = acs3.credential(authorization(request))
    if not isinstance(found, Acs3Credential):
        raise AssertionError(found)
    return found


def _put(request: Request, signature: str) -> Request:
    text = authorization(request).replace(credential(request).signature, signature)
    return with_header(request, "authorization", text)


def _extras(request: Request) -> dict[str, object]:
    date, nonce = request.header(b"x-acs-date") or "", request.header(b"x-acs-signature-nonce") or ""
    return {"timestamp": date, "nonce": nonce, "signed_headers": credential(request).signed_headers}


PEN = Pen(Way(acs3.SCHEME, "AccessKeySecret", acs3.recomputed, bare, _extras), acs3.signed, _put)
