"""Alibaba Cloud's RPC signature, version 1.0: Base64 of HMAC-SHA1 over the merged and sorted parameters.

Source: help.aliyun.com/en/sdk/product-overview/rpc-mechanism; checked against the vendor's SDKs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

import msgspec

from lookalike_specs.messages import FORM_MEDIA_TYPE, Pairs, Request

from .base import Stages, build_stages
from .canonical import (
    append_to_form,
    append_to_query,
    decode_parameters,
    encode_pairs,
    format_lines,
    hmac_sha1,
    is_form,
    percent_encode,
    remove_headers,
    set_headers,
    sort_by_name,
)

SCHEME: Final = "acs-rpc"
Placement = Literal["query", "form", "everything-in-query"]


def compute_stages(method: str, pairs: Pairs, secret: str) -> Stages:
    """The stages over every pair of query and form but `Signature`; empty values count."""
    ordered = sort_by_name(tuple(pair for pair in pairs if pair[0] != "Signature"))
    canonical = encode_pairs(ordered)
    string_to_sign = f"{method}&%2F&{percent_encode(canonical)}"
    return build_stages(
        SCHEME,
        signed=f"{method}\n{format_lines(ordered)}",
        canonical=canonical,
        string_to_sign=string_to_sign,
        signature=hmac_sha1(f"{secret}&", string_to_sign),
    )


def read_signature(request: Request) -> str | None:
    """The `Signature` that a request carries."""
    return dict(decode_parameters(request)).get("Signature")


def recompute_stages(request: Request, secret: str) -> Stages:
    """The stages of a request from its own wire bytes."""
    return compute_stages(request.method, decode_parameters(request), secret)


def sign_request(  # noqa: PLR0913 - a time, a nonce and a token come from outside: the function is pure
    request: Request,
    access_key_id: str,
    secret: str,
    *,
    timestamp: str,
    nonce: str,
    security_token: str | None = None,
    placement: Placement = "query",
) -> Request:
    """The request with the system parameters and `Signature` added.

    A body, if any, is a form. `timestamp` is UTC, `YYYY-MM-DDThh:mm:ssZ`. `Action` and `Version` are the caller's.
    `placement`: system parameters go to the query, or all parameters to the form, or all to the query.
    """
    move, extend = _PLACEMENTS[placement]
    unsigned = extend(move(request), _system_parameters(access_key_id, timestamp, nonce, security_token))
    return extend(unsigned, (("Signature", recompute_stages(unsigned, secret).signature),))


def _system_parameters(access_key_id: str, timestamp: str, nonce: str, security_token: str | None) -> Pairs:
    token = (("SecurityToken", security_token),) if security_token is not None else ()
    return (
        ("Timestamp", timestamp),
        ("SignatureNonce", nonce),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("AccessKeyId", access_key_id),
        *token,
    )


def _keep_placement(request: Request) -> Request:
    return request


def _move_to_form(request: Request) -> Request:
    moved = msgspec.structs.replace(
        remove_headers(request, {"content-length"}), query=b"", body=_merge_query_and_body(request)
    )
    return moved if is_form(moved) else set_headers(moved, (("content-type", FORM_MEDIA_TYPE),))


def _move_to_query(request: Request) -> Request:
    bare = remove_headers(request, {"content-length", "content-type"})
    return msgspec.structs.replace(bare, query=_merge_query_and_body(request), body=b"")


def _merge_query_and_body(request: Request) -> bytes:
    return b"&".join(part for part in (request.query, request.body) if part)


_Move = Callable[[Request], Request]
_Extend = Callable[[Request, Pairs], Request]
_PLACEMENTS: Final[Mapping[Placement, tuple[_Move, _Extend]]] = {
    "query": (_keep_placement, append_to_query),
    "form": (_move_to_form, append_to_form),
    "everything-in-query": (_move_to_query, append_to_query),
}
