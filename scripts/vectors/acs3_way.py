"""A search that is signed with ACS3, and how it is signed otherwise."""

from __future__ import annotations

from acs import HOST, KEY, SEARCH_FORM, SECRET, build_post
from book import SchemeAdapter
from edits import set_header
from pen import SchemeSigner

from lookalike_specs.messages import Request
from lookalike_specs.signing import Acs3Credential, Stages, acs3

ACTION_HEADERS = (("x-acs-action", "SearchImageByPic"), ("x-acs-version", "2020-12-14"))


def build_search(query: str = "", *headers: tuple[str, str], form: str = SEARCH_FORM, host: str = HOST) -> Request:
    """A search that is not signed."""
    return build_post(query, form, *ACTION_HEADERS, *headers, host=host)


def sign_with_notes(*values: str) -> Request:
    """… with a header more, signed."""
    return SIGNER.sign_request(build_search("", *(("x-acs-note", value) for value in values)))


def strip_signature(request: Request) -> Request:
    """A request without its signature."""
    return set_header(request, "authorization")


def sign_over_headers(request: Request, names: list[str], written: str = "") -> Request:
    """The request, signed over these headers; `written` is how their list is written, if otherwise."""
    text = f"{acs3.ALGORITHM} Credential={KEY},SignedHeaders={written or ';'.join(names)},Signature="
    made = acs3.recompute_stages(set_header(strip_signature(request), "authorization", text + "0"), SECRET)
    if not isinstance(made, Stages):
        raise AssertionError(made)
    return set_header(strip_signature(request), "authorization", text + made.signature)


def read_authorization(request: Request) -> str:
    """The header."""
    return request.get_header(b"authorization") or ""


def read_credential(request: Request) -> Acs3Credential:
    """What the request says of its signature."""
    found = acs3.parse_credential(read_authorization(request))
    if not isinstance(found, Acs3Credential):
        raise AssertionError(found)
    return found


def _put_signature(request: Request, signature: str) -> Request:
    text = read_authorization(request).replace(read_credential(request).signature, signature)
    return set_header(request, "authorization", text)


def _read_client_inputs(request: Request) -> dict[str, object]:
    date = request.get_header(b"x-acs-date") or ""
    nonce = request.get_header(b"x-acs-signature-nonce") or ""
    return {"timestamp": date, "nonce": nonce, "signed_headers": read_credential(request).signed_headers}


SIGNER = SchemeSigner(
    SchemeAdapter(acs3.NAME, "AccessKeySecret", acs3.recompute_stages, strip_signature, _read_client_inputs),
    acs3.sign_request,
    _put_signature,
)
