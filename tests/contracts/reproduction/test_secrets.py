"""What covers a finding knows the account's secrets, those that an exchange shows, and the signatures it should show."""

import pytest

from lookalike_contracts.finding import Exchange
from lookalike_contracts.reproduction.secrets import build_redactor
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.signing import daji

DAJI, ACCOUNT = load_api("daji-1688"), {"appKey": "public", "appSecret": "own"}
REQUEST = Request(method="GET", path="/", query=b"sign=0123abcd", headers=((b"cookie", b"of-request=1"),))
REPLY = Response(status=200, body=b'{"sign": "4567efgh"}', headers=((b"Set-Cookie", b"of-reply=12"),))


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("own", "***"),
        ("public", "public"),
        ("0123abcd", "***"),
        ("4567efgh", "***"),
        ("of-request=1", "***"),
        ("of-reply=12", "***"),
        (daji.recompute_stages(REQUEST, "own").signature, "***"),
    ],
)
def test_what_is_covered(text: str, covered: str) -> None:
    assert build_redactor(DAJI, ACCOUNT, [Exchange(REQUEST, REPLY)]).redact(text.encode()).decode() == covered
