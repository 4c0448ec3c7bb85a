"""Alibaba Cloud's RPC signature, version 1.0: Base64 of HMAC-SHA1 over the merged and sorted parameters.

Source: help.aliyun.com/en/sdk/product-overview/rpc-mechanism; checked against the vendor's SDKs.

What is signed is encoded twice: `?Action=A&Note=a b` by GET signs the text `GET&%2F&Action%3DA%26Note%3Da%2520b`. The
`%2F` is the path, which is `/` in every RPC. The key of the HMAC is the secret and a `&`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

import msgspec

from ..api import SecurityScheme
from ..messages import FORM_MEDIA_TYPE, Pairs, Request
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
from .scheme import Credentials, FixedField, KeyLocation, SigningContext, SigningScheme

NAME: Final = "acs-rpc"
Placement = Literal["query", "form", "everything-in-query"]
Move = Callable[[Request], Request]
Append = Callable[[Request, Pairs], Request]


def compute_stages(method: str, pairs: Pairs, secret: str) -> Stages:
    """Return the stages over every pair of query and form but `Signature`; empty values count."""
    ordered = sort_by_name(tuple(pair for pair in pairs if pair[0] != "Signature"))
    canonical = encode_pairs(ordered)
    string_to_sign = f"{method}&%2F&{percent_encode(canonical)}"
    return build_stages(
        NAME,
        signed=f"{method}\n{format_lines(ordered)}",
        canonical=canonical,
        string_to_sign=string_to_sign,
        signature=hmac_sha1(f"{secret}&", string_to_sign),
    )


def read_signature(request: Request) -> str | None:
    """Return the `Signature` that a request carries; None where there is none."""
    return dict(decode_parameters(request)).get("Signature")


def recompute_stages(request: Request, secret: str) -> Stages:
    """Return the stages of a request from its own bytes."""
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
    """Return the request with the system parameters and `Signature` added.

    A body, if any, is a form. `timestamp` is UTC, `YYYY-MM-DDThh:mm:ssZ`. `Action` and `Version` are the caller's.
    `placement`: system parameters go to the query, or all parameters to the form, or all to the query. The signature is
    the same in each, as query and form are signed as one.
    """
    move, append = PLACEMENTS[placement]
    unsigned = append(move(request), _build_system_parameters(access_key_id, timestamp, nonce, security_token))
    return append(unsigned, (("Signature", recompute_stages(unsigned, secret).signature),))


def _build_system_parameters(access_key_id: str, timestamp: str, nonce: str, security_token: str | None) -> Pairs:
    parameters = [
        ("Timestamp", timestamp),
        ("SignatureNonce", nonce),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("AccessKeyId", access_key_id),
    ]
    # a temporary key, and only that, comes with a token
    if security_token is not None:
        parameters.append(("SecurityToken", security_token))
    return tuple(parameters)


def _keep_placement(request: Request) -> Request:
    return request


def _move_to_form(request: Request) -> Request:
    """Return the request as `@alicloud/pop-core` sends it: an empty query, and a form even where there was no body."""
    moved = msgspec.structs.replace(
        remove_headers(request, {"content-length"}), query=b"", body=_merge_query_and_body(request)
    )
    if is_form(moved):
        return moved
    return set_headers(moved, (("content-type", FORM_MEDIA_TYPE),))


def _move_to_query(request: Request) -> Request:
    """Return the request with no body, as a link that can be opened in a browser has none."""
    bare = remove_headers(request, {"content-length", "content-type"})
    return msgspec.structs.replace(bare, query=_merge_query_and_body(request), body=b"")


def _merge_query_and_body(request: Request) -> bytes:
    return b"&".join(part for part in (request.query, request.body) if part)


PLACEMENTS: Final[Mapping[Placement, tuple[Move, Append]]] = {
    "query": (_keep_placement, append_to_query),
    "form": (_move_to_form, append_to_form),
    "everything-in-query": (_move_to_query, append_to_query),
}


def sign(request: Request, _: SecurityScheme, account: Credentials, context: SigningContext) -> Request:
    """Return the request with a proof by the account, its system parameters in the query."""
    if context.in_url:
        return _sign_in_placement(request, account, context, "everything-in-query")
    return _sign_in_placement(request, account, context, "query")


def _sign_in_form(request: Request, _: SecurityScheme, account: Credentials, context: SigningContext) -> Request:
    return _sign_in_placement(request, account, context, "form")


def _sign_in_query(request: Request, _: SecurityScheme, account: Credentials, context: SigningContext) -> Request:
    return _sign_in_placement(request, account, context, "everything-in-query")


def _sign_in_placement(
    request: Request, account: Credentials, context: SigningContext, placement: Placement
) -> Request:
    return sign_request(
        request,
        account["AccessKeyId"],
        account["AccessKeySecret"],
        timestamp=context.timestamp,
        nonce=context.nonce,
        security_token=account.get("SecurityToken"),
        placement=placement,
    )


SCHEME: Final = SigningScheme(
    name=NAME,
    sign=sign,
    key_name="AccessKeyId",
    secret_name="AccessKeySecret",  # noqa: S106 - a name, not a secret
    key_location=KeyLocation("parameter", "AccessKeyId"),
    required_parameters=("Action", "Version", "Format"),
    signature_name="Signature",
    read_signature=read_signature,
    recompute_stages=recompute_stages,
    timestamp_name="Timestamp",
    nonce_name="SignatureNonce",
    fixed_fields=(
        FixedField("algorithm", "SignatureMethod", "HMAC-SHA1", "HMAC-MD5"),
        FixedField("version", "SignatureVersion", "1.0", "9.0"),
    ),
    placements={"all in the form": _sign_in_form, "all in the query": _sign_in_query},
)
