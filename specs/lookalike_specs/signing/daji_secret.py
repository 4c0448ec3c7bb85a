"""Daji's key and secret in clear, as the vendor's documents allow while debugging. Nothing is signed.

Source: the vendor's signature page (wiki.dajisaas.com/doc-4543198).
"""

from __future__ import annotations

from ..api import SecurityScheme
from ..messages import Request
from .canonical import append_to_query
from .scheme import Credentials, KeyLocation, SigningContext, SigningScheme


def sign(request: Request, _: SecurityScheme, account: Credentials, __: SigningContext) -> Request:
    """Return the request with `appKey` and `appSecret` at the end of its query."""
    return append_to_query(request, (("appKey", account["appKey"]), ("appSecret", account["appSecret"])))


SCHEME = SigningScheme(
    name="daji-secret",
    sign=sign,
    key_name="appKey",
    secret_name="appSecret",  # noqa: S106 - a name, not a secret
    key_location=KeyLocation("parameter", "appKey"),
)
