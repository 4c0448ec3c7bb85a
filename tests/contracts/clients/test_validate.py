"""What the judge says of a client's requests: nothing of good ones, and of each mistake just what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from lookalike_contracts.clients import RecordedRequest, RequestViolation, validate_request, validate_requests
from lookalike_specs import Operation, list_api_ids, load_api
from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SCHEMES, SigningContext, daji
from lookalike_specs.signing.sign import sign

from ...specs.redaction.reader import is_secret_readable

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
AT = NOW.timestamp()
BASE = "http://127.0.0.1"
OPERATIONS = [
    pytest.param(api, operation, scheme, id=f"{api}-{operation.id}-{scheme.name}")
    for api in list_api_ids()
    for operation in load_api(api).operations
    for scheme in operation.schemes
]
TMAPI, DAJI, HIOBUY, ALIYUN = "tmapi", "daji-1688", "hiobuy", "aliyun"


def make_request(
    api: str, changes: Mapping[str, Any] | None = None, *, operation: Operation | None = None, scheme: Any = None,
    moment: SigningContext | None = None, account: Mapping[str, str] | None = None,
) -> Request:  # fmt: skip
    """The spec's example, some values otherwise (None: left out), signed as the demo account."""
    spec = load_api(api)
    operation = operation or spec.operations[0]
    scheme = scheme or operation.schemes[0]
    account = account or spec.account
    examples = collect_examples(spec, operation)
    needs = {name: examples[name] for name in SCHEMES[scheme.extension.scheme].required_parameters if name in examples}
    values = needs | build_minimal_values(spec, operation, account) | dict(changes or {})
    unsigned = build_request(operation, {name: value for name, value in values.items() if value is not None}, BASE)
    return sign(unsigned, scheme, account, moment or SigningContext(NOW, "n1"))


def get_scheme(scheme: str) -> Any:
    return next(each for each in load_api(ALIYUN).operations[0].schemes if each.name == scheme)


def summarize(found: tuple[RequestViolation, ...]) -> list[tuple[str, str]]:
    return [(each.kind, each.parameter) for each in found]


@pytest.mark.exhaustive(12)
@pytest.mark.parametrize(("api", "operation", "scheme"), OPERATIONS)
def test_nothing_is_said_of_a_good_request(api: str, operation: Operation, scheme: Any) -> None:
    request = make_request(api, operation=operation, scheme=scheme)
    assert validate_request(api, request, received_at=AT, variants={"auth": "either"} if api == TMAPI else None) == ()


@pytest.mark.parametrize(
    ("api", "changes", "kind", "parameter", "says"),
    [
        (TMAPI, {"img_url": None}, "missing", "img_url", "img_url is required and missing"),
        (TMAPI, {"img_url": ""}, "missing", "img_url", "img_url is required and missing"),
        (TMAPI, {"page": "first"}, "type", "page", "page is no integer: 'first'"),
        (TMAPI, {"page_size": 21}, "limit", "page_size", "21 is greater than the maximum of 20"),
        (TMAPI, {"page": 0}, "limit", "page", "0 is less than the minimum of 1"),
        (TMAPI, {"language": "de"}, "value", "language", "'de' is not one of ['en', "),
        (TMAPI, {"img_url": "shoe.jpg"}, "value", "img_url", "'shoe.jpg' does not match"),
        (TMAPI, {"pagesize": 5}, "unknown", "pagesize", "has no parameter 'pagesize'; nearest: page_size"),
        (DAJI, {"country": None}, "missing", "country", "country is required and missing"),
        (DAJI, {"pageSize": 51}, "limit", "pageSize", "51 is greater than the maximum of 50"),
        (HIOBUY, {"platform": "ebay"}, "value", "platform", "'ebay' is not one of ['taobao', '1688']"),
        (HIOBUY, {"img": 7}, "type", "img", "7 is not of type 'string'"),
        (HIOBUY, {"img": None}, "missing", "img", "img is required and missing"),
        (HIOBUY, {"Platform": "1688"}, "unknown", "Platform", "has no parameter 'Platform'; nearest: platform"),
        (ALIYUN, {"InstanceName": None}, "missing", "InstanceName", "InstanceName is required and missing"),
        (ALIYUN, {"Num": "many"}, "type", "Num", "Num is no integer: 'many'"),
        (ALIYUN, {"Limit": 5}, "unknown", "Limit", "SearchImageByPic has no parameter 'Limit'; nearest: "),
    ],
)
def test_each_mistake_is_told(api: str, changes: dict[str, Any], kind: str, parameter: str, says: str) -> None:
    (found,) = validate_request(api, make_request(api, changes), received_at=AT)
    assert (found.kind, found.parameter) == (kind, parameter)
    assert says in found.message
    assert found.rule.startswith("#/")
    assert str(found) == f"1  {kind}: {found.message}  [{found.source.kind}: {found.rule}]"


@pytest.mark.parametrize(
    ("api", "changes", "where"),
    [
        (TMAPI, {"page": 0}, "#/components/parameters/page"),
        (DAJI, {"country": None}, "#/paths/~1alibaba~1product~1imageQuery/get/parameters/14"),
        (
            HIOBUY,
            {"img": 7},
            "#/paths/~1api~1client~1third-purchase~1image~1query/post/requestBody/content/application~1json/schema/properties/img",
        ),
        (TMAPI, {"pagesize": 5}, "#/paths/~11688~1global~1search~1image/get"),
    ],
)
def test_where_the_document_says_it_is_told(api: str, changes: dict[str, Any], where: str) -> None:
    assert [found.rule for found in validate_request(api, make_request(api, changes))] == [where]


@pytest.mark.parametrize(
    ("api", "name", "nearest"),
    [
        (HIOBUY, b"x-uid", "x-uuid"),
        (HIOBUY, b"languag", "language"),
        (ALIYUN, b"x-acs-nonce", "x-acs-"),
        (HIOBUY, b"x-request-id", ""),
        (HIOBUY, b"accept-language", ""),
        (TMAPI, b"x-my-own-tracing", ""),
    ],
)
def test_a_header_that_is_meant_for_the_api_and_is_none_of_its_is_told(api: str, name: bytes, nearest: str) -> None:
    request = make_request(api)
    found = validate_request(
        api, msgspec.structs.replace(request, headers=(*request.headers, (name, b"1"))), received_at=AT
    )
    expected = ["unknown"] if nearest else []
    # whatever begins so has to be signed as well
    if name.startswith(b"x-acs-"):
        expected.append("signature")
    assert [each.kind for each in found] == expected
    unknown = [each for each in found if each.kind == "unknown"]
    assert all(f"no header {name.decode()!r}; nearest: {nearest}" in each.message for each in unknown)


def test_a_parameter_that_stands_twice_is_told() -> None:
    request = make_request(TMAPI)
    twice = msgspec.structs.replace(request, query=request.query + b"&page=1&page=1")
    assert summarize(validate_request(TMAPI, twice)) == [("repeated", "page")]


@pytest.mark.parametrize(
    ("changes", "told_of"),
    [
        ({"path": "/1688/global/search/images"}, "nearest: GET /1688/global/search/image"),
        ({"method": "POST"}, "POST /1688/global/search/image is not played; nearest: GET /1688/"),
    ],
)
def test_a_request_that_goes_nowhere_is_told(changes: dict[str, str], told_of: str) -> None:
    (found,) = validate_request(TMAPI, msgspec.structs.replace(make_request(TMAPI), **changes))
    assert found.kind == "operation"
    assert told_of in found.message


@pytest.mark.parametrize(
    ("body", "media_type", "kind"),
    [(b"{", b"application/json", "body"), (b"{}", b"text/plain", "body"), (b"", b"application/json", "missing")],
)
def test_a_body_that_cannot_be_read_is_told(body: bytes, media_type: bytes, kind: str) -> None:
    request = make_request(HIOBUY)
    headers = ((b"content-type", media_type), *((k, v) for k, v in request.headers if k != b"content-type"))
    found = validate_request(HIOBUY, msgspec.structs.replace(request, body=body, headers=headers))
    assert [each.kind for each in found] == [kind]


def test_what_a_form_and_a_query_hold_together_is_one_set() -> None:
    request = make_request(ALIYUN, scheme=get_scheme("acs-rpc"))
    joined = msgspec.structs.replace(request, query=request.query + b"&" + request.body, body=b"")
    assert validate_request(ALIYUN, joined, received_at=AT) == ()


@pytest.mark.parametrize(
    ("variants", "expected"), [({}, []), ({"image-parameter": "imageAddress"}, [("unknown", "imageUrl")])]
)
def test_a_parameter_counts_while_its_variant_has_it(variants: dict[str, str], expected: list[Any]) -> None:
    request = make_request(DAJI, {"imageUrl": "https://cbu01.alicdn.com/x.jpg"})
    assert summarize(validate_request(DAJI, request, variants=variants)) == expected


# ------------------------------------------------------------------------------------------------ who calls


@pytest.mark.parametrize(
    ("api", "says"),
    [
        (TMAPI, "nothing proves who calls: no apiToken (query) or apikey (header)"),
        (DAJI, "nothing proves who calls: no sign (query) or appSecret (query)"),
        (HIOBUY, "nothing proves who calls: no X-Uuid (header)"),
    ],
)
def test_a_request_without_a_proof_is_told(api: str, says: str) -> None:
    spec = load_api(api)
    unsigned = build_request(spec.operations[0], build_minimal_values(spec, spec.operations[0], spec.account), BASE)
    assert [found.message for found in validate_request(api, unsigned)] == [says]


@pytest.mark.parametrize("api", list_api_ids())
def test_a_key_that_is_not_the_accounts_is_told(api: str) -> None:
    other = {name: f"other-{value}"[: len(value)] for name, value in load_api(api).account.items()}
    found = validate_request(api, make_request(api, account=other), load_api(api).account, received_at=AT)
    assert [each.kind for each in found] == ["credential"]
    assert found[0].message.endswith(" is not the account's")


@pytest.mark.parametrize("api", list_api_ids())
def test_the_account_is_the_one_whose_key_was_sent(api: str) -> None:
    spec = load_api(api)
    every = [account for account, _ in spec.accounts]
    for account in every:
        assert validate_request(api, make_request(api, account=account), *every, received_at=AT) == ()


def test_a_magic_key_is_the_demo_accounts() -> None:
    magic = dict(load_api(DAJI).account) | {"appKey": "situation-quota-used-up"}
    assert validate_request(DAJI, make_request(DAJI, account=magic)) == ()


@pytest.mark.parametrize("api", [TMAPI, HIOBUY])
def test_a_secret_in_another_place_is_told(api: str) -> None:
    (name, secret), *_ = load_api(api).account.items()
    request = make_request(api)
    headers = (*request.headers, (b"x-trace", f"call of {secret}".encode()))
    (found,) = validate_request(api, msgspec.structs.replace(request, headers=headers))
    assert (found.kind, found.message) == ("secret", f"{name} stands in the header x-trace, where it does not belong")


def test_the_secret_that_signs_is_not_sent() -> None:
    secret = load_api(ALIYUN).account["AccessKeySecret"]
    found = validate_request(ALIYUN, make_request(ALIYUN, {"Filter": secret}), received_at=AT)
    assert ("secret", "AccessKeySecret") in summarize(found)
    assert not is_secret_readable(secret, "\n".join(map(str, found)), depth=2)


@pytest.mark.parametrize("key", ["somebodys-token", load_api(TMAPI).account["apiToken"]])
def test_the_key_that_was_sent_is_covered_and_so_is_the_accounts(key: str) -> None:
    request = make_request(TMAPI, {"page": key}, account={"apiToken": "somebodys-token"})
    assert "page is no integer: '***'" in [found.message for found in validate_request(TMAPI, request)]


# ------------------------------------------------------------------------------------------------ signatures


def replace_signature(request: Request, signed_instead: Request) -> Request:
    """The request with the sign that another one has."""
    account = load_api(DAJI).account
    sign = daji.read_signature(daji.sign_request(signed_instead, account["appKey"], account["appSecret"]))
    kept = b"&".join(part for part in request.query.split(b"&") if not part.startswith(b"sign="))
    return msgspec.structs.replace(request, query=kept + b"&sign=" + (sign or "").encode())


def remove_parameters(request: Request, *names: str) -> Request:
    parts = [part for part in request.query.split(b"&") if part.partition(b"=")[0].decode() not in names]
    return msgspec.structs.replace(request, query=b"&".join(parts))


KEYWORD = {"keyword": "red shoe", "outMemberId": ""}


@pytest.mark.parametrize(
    ("instead", "says"),
    [
        (lambda r: remove_parameters(r, "pageSize"), "signed without pageSize: signed differs at byte 106: ours '\\npageSize=20', theirs ''"),
        (lambda r: remove_parameters(r, "pageSize", "beginPage"), "signed without beginPage and pageSize: signed differs at byte 26: "),
        (lambda r: msgspec.structs.replace(r, query=r.query.replace(b"%20", b"%2520")), "signed with percent-encoded values: "),
        (lambda r: msgspec.structs.replace(r, query=r.query.replace(b"%20", b"%2B")), "signed with URL-encoded values: "),
        (lambda r: remove_parameters(r, "outMemberId"), "signed without outMemberId: "),
        (lambda r: msgspec.structs.replace(r, query=r.query + b"&other=1"), "is not what the account's secret makes of this request; the string to sign is 'appKey=lookalike-demo-key&beginPage=1&"),
    ],
)  # fmt: skip
def test_how_a_wrong_signature_came_about_is_told(instead: Any, says: str) -> None:
    request = make_request(DAJI, KEYWORD)
    (found,) = validate_request(DAJI, replace_signature(request, instead(request)))
    assert (found.kind, found.parameter) == ("signature", "sign")
    assert says in found.message
    assert load_api(DAJI).account["appSecret"] not in found.message


def test_a_signature_in_the_wrong_letter_case_is_told() -> None:
    request = make_request(DAJI)
    sign = (daji.read_signature(request) or "").encode()
    lower = msgspec.structs.replace(request, query=request.query.replace(sign, sign.lower()))
    (found,) = validate_request(DAJI, lower)
    assert found.message == "the signature is in the wrong letter case"
    assert validate_request(DAJI, lower, variants={"lower-case-sign": "accepted"}) == ()
    other = msgspec.structs.replace(lower, query=lower.query.replace(sign.lower(), b"0" * 32))
    assert validate_request(DAJI, other, variants={"lower-case-sign": "accepted"})


@pytest.mark.parametrize("scheme", ["acs3", "acs-rpc", "acs-roa"])
def test_what_changed_after_signing_is_told(scheme: str) -> None:
    request = make_request(ALIYUN, scheme=get_scheme(scheme))
    added = msgspec.structs.replace(
        request, query=request.query + (b"&" if request.query else b"") + b"RegionId=cn-beijing"
    )
    (found,) = validate_request(ALIYUN, added, received_at=AT)
    assert found.kind == "signature"
    assert "signed without RegionId: " in found.message
    assert "cn-beijing" in found.message


def test_an_authorization_that_cannot_be_read_is_told_without_it() -> None:
    request = make_request(ALIYUN)
    broken = [(k, b"ACS3-HMAC-SHA256 Credential=x" if k == b"authorization" else v) for k, v in request.headers]
    found = validate_request(ALIYUN, msgspec.structs.replace(request, headers=tuple(broken)), received_at=AT)
    assert [each.kind for each in found] == ["credential"]


# ------------------------------------------------------------------------------------------------ time, nonces


@pytest.mark.exhaustive(3)
@pytest.mark.parametrize("scheme", ["acs3", "acs-rpc", "acs-roa"])
@pytest.mark.parametrize(
    ("late", "says"),
    [
        (timedelta(minutes=14), ""),
        (timedelta(minutes=16), " is 960 s old; at most 900 s are allowed"),
        (timedelta(minutes=-16), " is 960 s in the future; at most 900 s are allowed"),
    ],
)
def test_a_stale_time_is_told(scheme: str, late: timedelta, says: str) -> None:
    found = validate_request(
        ALIYUN, make_request(ALIYUN, scheme=get_scheme(scheme)), received_at=(NOW + late).timestamp()
    )
    assert [each.kind for each in found] == (["timestamp"] if says else [])
    assert all(each.message.endswith(says) for each in found)


def test_a_time_that_is_none_is_told() -> None:
    request = make_request(ALIYUN, scheme=get_scheme("acs-rpc"))
    wrong = msgspec.structs.replace(request, query=request.query.replace(b"2026-01-31T", b"yesterday"))
    assert ("timestamp", "Timestamp") in summarize(validate_request(ALIYUN, wrong, received_at=AT))


@pytest.mark.parametrize("scheme", ["acs3", "acs-rpc", "acs-roa"])
def test_a_nonce_that_was_used_is_told_with_the_request_that_had_it(scheme: str) -> None:
    first, other = (
        make_request(ALIYUN, scheme=get_scheme(scheme), moment=SigningContext(NOW, nonce)) for nonce in ("n1", "n2")
    )
    found = validate_requests(
        ALIYUN, [RecordedRequest(first, AT), RecordedRequest(other, AT), RecordedRequest(first, AT)]
    )
    assert [(each.kind, each.request_number, each.message) for each in found] == [
        ("nonce", 3, "request 1 had the same nonce")
    ]


def test_complaints_of_several_requests_have_their_numbers() -> None:
    sent = [
        RecordedRequest(make_request(TMAPI)),
        RecordedRequest(make_request(TMAPI, {"page": 0})),
        RecordedRequest(make_request(TMAPI, {"page_size": 99})),
    ]
    assert [(each.request_number, each.parameter) for each in validate_requests(TMAPI, sent)] == [
        (2, "page"),
        (3, "page_size"),
    ]


# ------------------------------------------------------------------------------------------------ what it needs


def test_it_needs_neither_schemathesis_nor_the_mock(run_python: Any) -> None:
    code = "import sys, lookalike_contracts.clients as c; print([m for m in ('schemathesis', 'lookalike_mocks') if m in sys.modules])"
    assert run_python(code).strip() == "[]"
