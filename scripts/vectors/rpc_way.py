"""A search that is signed with RPC, and how it is signed otherwise."""

from __future__ import annotations

from functools import partial

from acs import SEARCH, post
from book import Way
from edits import without_parameter
from pen import Pen

from lookalike_specs.signing import acs_rpc, parameters
from lookalike_specs.wire import Request


def search(form: str = "") -> Request:
    """A search, with more in its form, that is not signed."""
    body = f"{SEARCH}&{form}" if form else SEARCH
    return post("Action=SearchImageByPic&Version=2020-12-14&Format=JSON", body)


bare = partial(without_parameter, name="Signature")


def _put(request: Request, signature: str) -> Request:
    return parameters.with_query(bare(request), (("Signature", signature),))


def _extras(request: Request) -> dict[str, object]:
    found, in_query = dict(parameters.sent(request)), b"Timestamp=" in request.query
    placement = "form" if not in_query else "query" if request.body else "everything-in-query"
    return {"timestamp": found["Timestamp"], "nonce": found["SignatureNonce"], "placement": placement}


PEN = Pen(Way(acs_rpc.SCHEME, "AccessKeySecret", acs_rpc.recomputed, bare, _extras), acs_rpc.signed, _put)
