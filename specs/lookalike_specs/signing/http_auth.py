"""What OpenAPI's own security schemes ask for: bearer tokens, user and password, several proofs at once, or nothing."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Final

from ..api import SecurityScheme
from ..messages import Request
from .canonical import set_headers
from .scheme import Credentials, KeyLocation, SigningContext, SigningScheme, get_key_name

# a header that no request has: there is no key to be found
NOWHERE: Final = KeyLocation("header", "")


def _sign_with_bearer(request: Request, scheme: SecurityScheme, account: Credentials, _: SigningContext) -> Request:
    token = account[get_key_name(BEARER, scheme)]
    return set_headers(request, (("authorization", f"Bearer {token}"),))


def _sign_with_basic(request: Request, scheme: SecurityScheme, account: Credentials, _: SigningContext) -> Request:
    # the credential is `user:password`, as RFC 7617 joins the two
    credential = account[get_key_name(BASIC, scheme)]
    return set_headers(request, (("authorization", f"Basic {b64encode(credential.encode()).decode()}"),))


def _sign_with_nothing(request: Request, _: SecurityScheme, __: Credentials, ___: SigningContext) -> Request:
    return request


def decode_basic(text: str) -> str:
    """Return `user:password`; "" for what is not Base64 of a text."""
    try:
        return b64decode(text, validate=True).decode()
    except ValueError:
        return ""


BEARER: Final = SigningScheme(
    name="bearer",
    sign=_sign_with_bearer,
    key_location=KeyLocation("header", "authorization", re.compile(r"(?i)bearer\s+(\S+)\s*$")),
)
BASIC: Final = SigningScheme(
    name="basic",
    sign=_sign_with_basic,
    key_location=KeyLocation("header", "authorization", re.compile(r"(?i)basic\s+(\S+)\s*$"), decode_basic),
)
# `{}` among a document's alternatives: whoever calls has to prove nothing
ANONYMOUS: Final = SigningScheme(name="none", sign=_sign_with_nothing, key_location=NOWHERE)
# several schemes that are all needed: each of them signs for itself
ALL_OF: Final = SigningScheme(name="all", sign=_sign_with_nothing, key_location=NOWHERE)
