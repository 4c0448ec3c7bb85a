"""A search that is signed with ROA, and how it is signed otherwise."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from acs import KEY, SEARCH, post
from book import Way
from edits import with_header
from pen import Pen

from lookalike_specs.signing import acs_roa
from lookalike_specs.wire import Request

ACTION = (("accept", "application/json"), ("x-acs-action", "SearchImage"), ("x-acs-version", "2019-03-25"))


def search(query: str = "", *headers: tuple[str, str]) -> Request:
    """A search that is not signed."""
    return post(query, f"{SEARCH}&Type=SearchByPic", *ACTION, *headers, path="/v2/image/search")


def noted(*notes: tuple[str, str]) -> Request:
    """… with headers more, signed."""
    return PEN.signed(search("", *notes))


def _bare(request: Request) -> Request:
    return with_header(request, "authorization")


def _put(request: Request, signature: str) -> Request:
    return with_header(_bare(request), "authorization", f"acs {KEY}:{signature}")


def _extras(request: Request) -> dict[str, object]:
    return {"timestamp": request.header(b"date") or "", "nonce": request.header(b"x-acs-signature-nonce") or ""}


def _http(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


PEN = Pen(
    Way(acs_roa.SCHEME, "AccessKeySecret", acs_roa.recomputed, _bare, _extras), acs_roa.signed, _put, "date", _http
)
