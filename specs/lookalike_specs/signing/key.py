"""A bare key in a query parameter or a header: who has the key may call. Nothing is signed."""

from __future__ import annotations

from ..api import SecurityScheme
from ..messages import Request
from .canonical import append_to_query, set_headers
from .scheme import Credentials, SigningContext, SigningScheme


def sign(request: Request, scheme: SecurityScheme, account: Credentials, _: SigningContext) -> Request:
    """Return the request with the key where the document has it: `?apiToken=…`, or a header."""
    value = account[scheme.extension.credential or scheme.parameter]
    if scheme.location == "header":
        return set_headers(request, ((scheme.parameter.lower(), value),))
    if scheme.location == "cookie":
        # a request has one header `Cookie`: what is there already stays in front
        cookies = request.get_header(b"cookie")
        cookie = f"{scheme.parameter}={value}"
        if cookies:
            cookie = f"{cookies}; {cookie}"
        return set_headers(request, (("cookie", cookie),))
    return append_to_query(request, ((scheme.parameter, value),))


SCHEME = SigningScheme(name="key", sign=sign)
