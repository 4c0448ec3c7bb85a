"""A search that is signed with ROA, and how it is signed otherwise."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from acs import KEY, SEARCH_FORM, build_post
from book import SchemeAdapter
from edits import set_header
from pen import SchemeSigner

from lookalike_specs.messages import Request
from lookalike_specs.signing import acs_roa

ACTION_HEADERS = (("accept", "application/json"), ("x-acs-action", "SearchImage"), ("x-acs-version", "2019-03-25"))


def build_search(query: str = "", *headers: tuple[str, str]) -> Request:
    """A search that is not signed."""
    return build_post(query, f"{SEARCH_FORM}&Type=SearchByPic", *ACTION_HEADERS, *headers, path="/v2/image/search")


def sign_with_notes(*notes: tuple[str, str]) -> Request:
    """… with headers more, signed."""
    return SIGNER.sign_request(build_search("", *notes))


def _strip_signature(request: Request) -> Request:
    return set_header(request, "authorization")


def _put_signature(request: Request, signature: str) -> Request:
    return set_header(_strip_signature(request), "authorization", f"acs {KEY}:{signature}")


def _read_client_inputs(request: Request) -> dict[str, object]:
    return {"timestamp": request.get_header(b"date") or "", "nonce": request.get_header(b"x-acs-signature-nonce") or ""}


def _format_http_time(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


SIGNER = SchemeSigner(
    SchemeAdapter(acs_roa.NAME, "AccessKeySecret", acs_roa.recompute_stages, _strip_signature, _read_client_inputs),
    acs_roa.sign_request,
    _put_signature,
    "date",
    _format_http_time,
)
