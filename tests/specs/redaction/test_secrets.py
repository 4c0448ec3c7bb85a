"""What stands in the places of secrets is found, each place and each way of writing; nothing else is."""

import gzip
import time
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.redaction import MIN_SECRET_LENGTH, find_secrets
from lookalike_specs.redaction.secret_names import is_secret_name
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SCHEMES, SigningContext
from lookalike_specs.signing.sign import sign

MOMENT = datetime(2026, 1, 31, tzinfo=UTC)
TOKEN = b"real-token"
FORM = ((b"content-type", b"application/x-www-form-urlencoded"),)
PART = b"--b\r\nContent-Disposition: form-data; name=%b\r\n\r\n%b\r\n--b--\r\n"
ACS3 = b"ACS3-HMAC-SHA256 Credential=public-key,SignedHeaders=host;x-acs-date,Signature=0123abcd"
BASIC = b64encode(b"somebody:real-token")
CASES = [(api, at) for api in list_api_ids() for at in range(len(load_api(api).operations[0].schemes))]
# names that tell who it is, and open nothing
PUBLIC = {
    "aliyun": {"AccessKeyId", "InstanceName"},
    "daji-1688": {"appKey"},
    "daji-taobao": {"appKey"},
    "hiobuy": set(),
    "tmapi": set(),
}


def headers(name: str, value: bytes) -> dict[str, Any]:
    return {"headers": ((name.encode(), value),)}


# each place of a request, for the secret `apiToken`
SENT = {
    "query": ({"query": b"apiToken=real-token&page=12345678"}, {TOKEN}),
    "in any letter case": ({"query": b"APITOKEN=real-token"}, {TOKEN}),
    "under an encoded name": ({"query": b"api%54oken=real-token"}, {TOKEN}),
    "twice": ({"query": b"apiToken=first-one&apiToken=second-one"}, {b"first-one", b"second-one"}),
    "percent-encoded": ({"query": b"apiToken=real%2Dto+ken"}, {b"real-to ken"}),
    "in parts": ({"query": b"apiToken=Bearer+real-token,key=x"}, {TOKEN, b"Bearer real-token,key=x"}),
    "no UTF-8": (
        {"query": b"apiToken=real-token%ff"},
        {b"real-token\xff", "real-token\ufffd".encode(), "real-token\xff".encode()},
    ),
    "not ASCII": (
        headers("apitoken", "réal-token".encode()),
        {"réal-token".encode(), "réal-token".encode().decode("latin-1").encode()},
    ),
    "form": ({"body": b"a=1&apiToken=real%2Dtoken", "headers": FORM}, {TOKEN}),
    "form without a content type": ({"body": b"a=1&apiToken=real-token"}, {TOKEN}),
    "header": (headers("ApiToken", TOKEN), {TOKEN}),
    "multipart": ({"body": PART % (b'"apiToken"', TOKEN)}, {TOKEN}),
    "multipart, no quotes": ({"body": PART % (b"apiToken; a=b", TOKEN)}, {TOKEN}),
    "multipart, lines end otherwise": ({"body": (PART % (b'"apiToken"', TOKEN)).replace(b"\r", b"")}, {TOKEN}),
    "multipart, more headers": ({"body": PART % (b'"apiToken"\r\nContent-Type: text/plain', TOKEN)}, {TOKEN}),
    "multipart, several lines": ({"body": PART % (b'"apiToken"', b"real\r\n-token")}, {b"real\r\n-token"}),
    "multipart, no end": ({"body": (PART % (b'"apiToken"', TOKEN))[:-9]}, {TOKEN}),
    "bearer": (headers("authorization", b"Bearer real-token"), {TOKEN}),
    "no word before": (headers("Authorization", TOKEN), {TOKEN}),
    "no word, but a pair": (headers("authorization", b"k=real-token, a=1"), {TOKEN, b"k=real-token, a=1"}),
    "no word, but a blank": (headers("authorization", b"real+token real;token"), {b"real+token", b"real+token real;token", b"real;token"}),
    "pairs": (headers("authorization", b"Own id=7,key=real-token"), {TOKEN, b"id=7,key=real-token"}),
    "basic": (headers("authorization", b"Basic " + BASIC), {BASIC, BASIC.rstrip(b"="), b"somebody:real-token", TOKEN}),
    "proxy": (headers("proxy-authorization", b"Bearer real-token"), {TOKEN}),
    "cookie": (
        headers("cookie", b"s=real-token; t=other-token"),
        {TOKEN, b"other-token", b"s=real-token; t=other-token"},
    ),
    "V3": (headers("authorization", ACS3), {b"0123abcd"}),
    "ROA": (headers("authorization", b"acs public-key:c2lnbmF0dXJl"), {b"c2lnbmF0dXJl"}),
    "a V3 that cannot be read": (headers("authorization", b"ACS3-HMAC-SHA256 Signature=0123abcd"), {b"Signature=0123abcd", b"0123abcd"}),
    "two, of which one signs": (
        {"headers": ((b"authorization", ACS3), (b"authorization", b"Bearer real-token"))},
        {b"0123abcd", TOKEN},
    ),
    "part of a signature elsewhere": ({"query": b"sign=real", **headers("authorization", b"Bearer real-token")}, {TOKEN}),
    "another API's signature": ({"query": b"sign=0123abcd&Signature=4567efgh"}, {b"0123abcd", b"4567efgh"}),
    "another API's upload": ({"body": PART % (b'"Signature"', b"0123abcd")}, {b"0123abcd"}),
    "a header in a form": ({"body": PART % (b'"Authorization"', TOKEN)}, {TOKEN}),
    "short": ({"query": b"apiToken=1234567", "body": b'{"apiToken": "1234567"}'}, set()),
    "empty": ({"query": b"apiToken=&apiToken"}, set()),
    "another name": ({"query": b"appKey=real-token", "body": b'{"apiTokens": "real-token"}'}, set()),
    "in a URL": ({"query": b"img_url=https%3A%2F%2Fh%2Fa.jpg%3FapiToken%3Dreal-token%26b%3D1"}, {TOKEN}),
    "in a URL within a URL": ({"query": b"u=https%3A%2F%2Fh%2F%3Fu%3Dhttp%253A%252F%252Fh%252F%253FapiToken%253Dreal-token"}, {TOKEN}),
    "in the user information": ({"query": b"img_url=https://me:real-token@h/a.jpg"}, {TOKEN, b"me:real-token"}),
    "in the user information, escaped": (
        {"query": b"img_url=https%3A%2F%2Fme%3Areal%2540token%40h%2Fa.jpg"},
        {b"real%40token", b"real@token", b"me:real%40token", b"me:real@token"},
    ),
    "instead of a user": ({"body": b'{"img": "https://real-token@h/a.jpg"}'}, {TOKEN}),
    "a short password of a user": ({"query": b"img_url=https://me:hunter2@h/"}, {b"me:hunter2"}),
    "in another header": (headers("x-forwarded-uri", b"/a?b=1&apiToken=real-token"), {TOKEN}),
    "in a referer": (headers("referer", b"https://h/?access_token=real-token#apiToken=other-token"), {TOKEN, b"other-token"}),
    "in the path": ({"path": "/a/apiToken=real-token/b"}, {TOKEN, b"real-token/b"}),
    "in a curl line": ({"body": b"curl -H 'X-Api-Key: real-token' -H 'Authorization: Bearer other-token'"}, {TOKEN, b"other-token"}),
    "in a log line": ({"query": b"keyword=password%3A+real-token,+user=me"}, {TOKEN}),
    "in JSON within JSON": ({"body": rb'{"a": "{\"apiToken\": \"real-token\"}"}'}, {TOKEN}),
    "in JSON within a query": ({"query": b"a=%7B%22apiToken%22%3A%22real-token%22%7D"}, {TOKEN}),
    "in an attribute": ({"body": b'<a><b apiToken="real-token&#45;x">1</b></a>'}, {b"real-token-x"}),
    "in a list": ({"body": b'{"apiToken": ["real-token"]}'}, {TOKEN}),
    "a number": ({"body": b'{"apiToken": 1234567890}'}, {b"1234567890"}),
    "compressed": ({"body": gzip.compress(b"a=1&apiToken=real-token")}, {TOKEN}),
    "a file's name": ({"body": PART % (b'"file"; filename="apiToken=real-token.jpg"', b"x")}, {b"real-token.jpg"}),
    "no name at all": ({"query": b"keyword=bearer+eyJhbGciOiJIUzI1NiJ9"}, {b"eyJhbGciOiJIUzI1NiJ9"}),
}  # fmt: skip

# what clients call a secret, and what only sounds so
SECRET_NAMES = """
    apiToken apikey api_key API-KEY X-Api-Key appSecret app_secret access_token accessToken refresh_token id_token
    AccessKeySecret SecurityToken x-acs-security-token client_secret password user_password passwd pwd passphrase
    private_key session_id JSESSIONID jwt TMAPI_TOKEN LOOKALIKE_TMAPI_APITOKEN aws_secret_access_key X-Uuid sign signature
"""
PUBLIC_NAMES = """
    appKey AccessKeyId InstanceName imageId token_type max_tokens tokens design assign callsign secretary
    keyword page sort SignatureMethod SignatureNonce SignatureVersion signature_nonce authorizations passwordless key id
"""


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_a_secret_of_any_api_is_found_by_its_name(name: str) -> None:
    get = Request(
        method="GET", path="/", query=f"{name}=real-token".encode(), headers=((name.encode(), b"other-token"),)
    )
    assert find_secrets([], get) == {TOKEN, b"other-token"}


@pytest.mark.parametrize("name", PUBLIC_NAMES.split())
def test_what_only_sounds_like_a_secret_is_none(name: str) -> None:
    get = Request(
        method="GET", path="/", query=f"{name}=real-token".encode(), headers=((name.encode(), b"other-token"),)
    )
    assert find_secrets([], get) == set()


@pytest.mark.parametrize("api", list_api_ids())
def test_the_secrets_of_every_api_are_secrets_at_any_other(api: str) -> None:
    for name in load_api(api).root.secrets:
        assert is_secret_name(name.encode()), name


# what is found in either body
MEMBERS = {
    "member": (b'{"a": [{"APItoken" : "real-token"}]}', {TOKEN}),
    "escaped": (b'{"apiToken": "real\\u002dto\\/ken\\""}', {b'real-to/ken"'}),
    "short when read": (b'{"apiToken": "\\u0061\\u0062"}', set()),
    "no JSON": (b'{"apiToken": "real-\\token\\q"}', {b"real-\\token\\q"}),
    "no UTF-8": (b'{"apiToken": "real-token\xff"}', {b"real-token\xff", "real-token\ufffd".encode(), "real-token\xff".encode()}),
    "element": (b"<a><ApiToken>real-token</ApiToken></a>", {TOKEN}),
    "element, escaped": (b"<a><apiToken>real&#45;token&amp;</apiToken></a>", {b"real-token&"}),
    "element, no UTF-8": (b"<apiToken>&amp;12345\xff67</apiToken>", {b"&12345\xff67", "&12345\ufffd67".encode(), "&12345\xff67".encode()}),
    "another member": (b'{"apiTokens": "real-token", "a": "apiToken"}', set()),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "secrets"), SENT.values(), ids=SENT)
def test_each_place_of_a_request(sent: dict[str, Any], secrets: set[bytes]) -> None:
    assert find_secrets(["apiToken"], Request(**{"method": "POST", "path": "/", **sent})) == secrets


@pytest.mark.parametrize(("body", "secrets"), MEMBERS.values(), ids=MEMBERS)
def test_members_of_both_bodies(body: bytes, secrets: set[bytes]) -> None:
    get = Request(method="GET", path="/")
    assert find_secrets(["apiToken"], Request(method="POST", path="/", body=body)) == secrets
    assert find_secrets(["apiToken"], get, Response(status=200, body=body)) == secrets


@pytest.mark.parametrize(
    ("name", "value", "secrets"),
    [
        ("apiToken", b"real-token", {TOKEN}),
        ("Set-Cookie", b"s=real-token; Domain=localhost; HttpOnly", {TOKEN, b"s=real-token"}),
        ("x-request-id", b"real-token", set()),
    ],
)
def test_headers_of_a_reply(name: str, value: bytes, secrets: set[bytes]) -> None:
    reply = Response(status=200, body=b"", **headers(name, value))
    assert find_secrets(["apiToken"], Request(method="GET", path="/"), reply) == secrets


@pytest.mark.parametrize(("api", "scheme"), CASES)
def test_every_proof_of_every_api(api: str, scheme: int) -> None:
    spec = load_api(api)
    operation, way = spec.operations[0], spec.operations[0].schemes[scheme]
    values = {**collect_examples(spec, operation), **build_minimal_values(spec, operation, spec.account)}
    request = sign(
        build_request(operation, values, "http://localhost"), way, spec.account, SigningContext(MOMENT, "n1")
    )
    secrets = find_secrets(spec.root.secrets, request)
    signatures = {signature.encode() for known in SCHEMES.values() if (signature := known.read_signature(request))}
    keys = {value.encode() for name, value in spec.account.items() if name == way.parameter}
    assert secrets
    assert signatures | keys <= secrets
    assert not {value for value in secrets if len(value) < MIN_SECRET_LENGTH}


def test_a_signature_that_is_not_ascii_is_secrets_in_its_own_bytes() -> None:
    request = Request(method="GET", path="/", **headers("authorization", b"acs x:0123456\xff"))
    assert b"0123456\xff" in find_secrets(["apiToken"], request)


@pytest.mark.parametrize("api", list_api_ids())
def test_every_credential_is_known_as_secret_or_public(api: str) -> None:
    root = load_api(api).root
    named = {name for credentials, _ in load_api(api).accounts for name in credentials} | set(root.credential_templates)
    assert named - set(root.secrets) == PUBLIC[api]


@pytest.mark.parametrize("api", list_api_ids())
def test_every_place_of_a_proof_is_known_as_secret(api: str) -> None:
    places = {scheme.parameter for operation in load_api(api).operations for scheme in operation.schemes}
    assert places - {"OSSAccessKeyId"} <= set(load_api(api).root.secrets)


PIECES = [
    b'name="apiToken"; ',
    b"name=apiToken\n",
    b'"apiToken"   ',
    b"<apiToken>a",
    b'"apiToken":"\\"',
]
OTHER_PIECES = [
    b"apiToken=",
    b"a=",
    b"authorization: a ",
    b"https://",
    b"://a",
    b"%25",
    b' apiToken="',
    b"a=%3D&",
    b"bearer a",
]


@pytest.mark.parametrize("piece", PIECES)
def test_what_does_not_end_is_no_trap(piece: bytes) -> None:
    assert find_secrets(["apiToken"], Request(method="POST", path="/", body=piece * 20_000)) == set()


@pytest.mark.parametrize("piece", PIECES + OTHER_PIECES)
def test_nor_is_what_mentions_names_all_the_time(piece: bytes) -> None:
    began = time.monotonic()
    find_secrets(["apiToken"], Request(method="POST", path="/", query=piece * 5000, body=piece * 20_000))
    assert time.monotonic() - began < 10
