"""A search that is signed with RPC, and how it is signed otherwise."""

from __future__ import annotations

from functools import partial

from acs import SEARCH_FORM, build_post
from book import SchemeAdapter
from edits import remove_parameter
from pen import SchemeSigner

from lookalike_specs.messages import Request
from lookalike_specs.signing import acs_rpc, canonical


def build_search(form: str = "") -> Request:
    """A search, with more in its form, that is not signed."""
    body = f"{SEARCH_FORM}&{form}" if form else SEARCH_FORM
    return build_post("Action=SearchImageByPic&Version=2020-12-14&Format=JSON", body)


strip_signature = partial(remove_parameter, name="Signature")


def _put_signature(request: Request, signature: str) -> Request:
    return canonical.append_to_query(strip_signature(request), (("Signature", signature),))


def _read_client_inputs(request: Request) -> dict[str, object]:
    found = dict(canonical.decode_parameters(request))
    in_query = b"Timestamp=" in request.query
    placement = "form" if not in_query else "query" if request.body else "everything-in-query"
    return {"timestamp": found["Timestamp"], "nonce": found["SignatureNonce"], "placement": placement}


SIGNER = SchemeSigner(
    SchemeAdapter(acs_rpc.NAME, "AccessKeySecret", acs_rpc.recompute_stages, strip_signature, _read_client_inputs),
    acs_rpc.sign_request,
    _put_signature,
)
