"""Daji's `sign` and `appSecret`, at both APIs that take them."""

from hashlib import md5
from urllib.parse import quote, quote_from_bytes

import msgspec
import pytest

from lookalike_mocks import Mock
from lookalike_specs.messages import Pairs, Request
from lookalike_specs.signing import daji

PATHS = {"daji-1688": "/alibaba/product/imageQuery", "daji-taobao": "/taobao/image-search/url"}
PICTURE = "https://cbu01.alicdn.com/a b&c.jpg"
SENT: dict[str, Pairs] = {
    "daji-1688": (
        ("imageAddress", PICTURE), ("beginPage", "1"), ("pageSize", "2"), ("country", "en"), ("keyword", ""),
        ("sort", '{"price":"asc"}'), ("auxiliaryText", "夏季 薄款+%"),
    ),
    "daji-taobao": (("picUrl", PICTURE), ("pageNo", "0"), ("pageSize", "2"), ("region", ""), ("外", "夏季")),
}  # fmt: skip
KEY, SECRET = "lookalike-demo-key", "lookalike-demo-secret"
MOCK = Mock(*PATHS)
both = pytest.mark.parametrize("api", PATHS)


def unsigned(api: str) -> Pairs:
    return (("appKey", KEY), *SENT[api])


def signed(pairs: Pairs, secret: str = SECRET) -> Pairs:
    return (*pairs, ("sign", daji.compute_signature(pairs, secret)))


def send(api: str, pairs: Pairs, mock: Mock = MOCK) -> tuple[int, int]:
    """HTTP status, and `code`."""
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    return ask(api, query.encode(), mock)


def ask(api: str, query: bytes, mock: Mock = MOCK) -> tuple[int, int]:
    reply = mock.respond(Request(method="GET", path=PATHS[api], query=query))
    body = msgspec.json.decode(reply.body)
    assert body["message"] == MESSAGES[body["code"]]
    return reply.status, body["code"]


OK, BAD, UNKNOWN = (200, 200), (400, 400), (401, 401)
MESSAGES = {200: "操作成功", 400: "签名错误", 401: "请创建应用，再联系平台进行激活"}


@both
@pytest.mark.parametrize(
    "order",
    [
        pytest.param(lambda pairs: pairs, id="as-signed"),
        pytest.param(lambda pairs: pairs[::-1], id="backwards"),
        pytest.param(sorted, id="sorted"),
        pytest.param(lambda pairs: pairs[-1:] + pairs[:-1], id="sign-first"),
    ],
)
def test_the_right_sign_is_accepted_in_any_order(api: str, order) -> None:
    assert send(api, tuple(order(signed(unsigned(api))))) == OK


@both
def test_the_sign_is_the_vendors_rule(api: str) -> None:
    """By hand, not by the code that the mock uses."""
    text = "&".join(f"{name}={value}" for name, value in sorted(unsigned(api))) + f"&secret={SECRET}"
    assert send(api, (*unsigned(api), ("sign", md5(text.encode()).hexdigest().upper()))) == OK


REFUSED = {
    "missing": lambda pairs: pairs,
    "empty": lambda pairs: (*pairs, ("sign", "")),
    "wrong-secret": lambda pairs: signed(pairs, SECRET + "x"),
    "empty-secret": lambda pairs: signed(pairs, ""),
    "another-accounts-secret": lambda pairs: signed(pairs, "lookalike-used-up-secret"),
    "lower-case": lambda pairs: (*pairs, ("sign", daji.compute_signature(pairs, SECRET).lower())),
    "one-character": lambda pairs: (*pairs, ("sign", daji.compute_signature(pairs, SECRET)[:-1] + "X")),
    "cut-off": lambda pairs: (*pairs, ("sign", daji.compute_signature(pairs, SECRET)[:-1])),
    "blank-behind": lambda pairs: (*pairs, ("sign", daji.compute_signature(pairs, SECRET) + " ")),
    "not-ascii": lambda pairs: (*pairs, ("sign", "签名")),
    "added": lambda pairs: (*signed(pairs), ("added", "1")),
    "added-empty": lambda pairs: (*signed(pairs), ("added", "")),
    "sent-twice": lambda pairs: (*signed(pairs), signed(pairs)[-1]),
    "sent-twice-right-first": lambda pairs: (*signed(pairs), ("sign", "X")),
    "sent-twice-wrong-first": lambda pairs: (("sign", "X"), *signed(pairs)),
    "sent-twice-empty-first": lambda pairs: (("sign", ""), *signed(pairs)),
    "without-empty-values": lambda pairs: (*pairs, signed(tuple(pair for pair in pairs if pair[1]))[-1]),
    "no-key": lambda pairs: signed(pairs[1:]),
    "empty-key": lambda pairs: signed((("appKey", ""), *pairs[1:])),
    "encoded-values": lambda pairs: (*pairs, signed(tuple((name, quote(value)) for name, value in pairs))[-1]),
    "unsorted": lambda pairs: (*pairs, ("sign", digest("&".join(f"{n}={v}" for n, v in pairs[::-1])))),
    "no-secret-prefix": lambda pairs: (*pairs, ("sign", md5(f"{text(pairs)}{SECRET}".encode()).hexdigest().upper())),
    "signed-as-gbk": lambda pairs: (*pairs, ("sign", digest(text(pairs), "gbk"))),
    "signed-as-utf-16": lambda pairs: (*pairs, ("sign", digest(text(pairs), "utf-16"))),
}


def text(pairs: Pairs) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def digest(canonical: str, encoding: str = "utf-8") -> str:
    return md5(f"{canonical}&secret={SECRET}".encode(encoding)).hexdigest().upper()


@both
@pytest.mark.parametrize("way", REFUSED)
def test_a_wrong_sign_is_refused(api: str, way: str) -> None:
    assert send(api, REFUSED[way](unsigned(api))) == BAD


@both
def test_every_changed_or_dropped_parameter_is_refused(api: str) -> None:
    whole = signed(unsigned(api))
    for place, (name, value) in enumerate(whole[1:-1], 1):
        before, after = whole[:place], whole[place + 1 :]
        assert send(api, before + after) == BAD, f"{name} dropped"
        assert send(api, (*before, (name, value + "0"), *after)) == BAD, f"{name} changed"
        assert send(api, (*before, (name.upper(), value), *after)) == BAD or name.upper() == name, f"{name} renamed"
        assert send(api, (*before, (name, value), (name, value), *after)) == BAD, f"{name} doubled"


@both
def test_values_sent_as_gbk_do_not_match(api: str) -> None:
    query = "&".join(
        f"{quote_from_bytes(n.encode('gbk'))}={quote_from_bytes(v.encode('gbk'))}" for n, v in unsigned(api)
    )
    for encoding in ("utf-8", "gbk"):
        assert ask(api, f"{query}&sign={digest(text(unsigned(api)), encoding)}".encode()) == BAD


@both
def test_how_the_query_is_encoded_does_not_count(api: str) -> None:
    whole = signed(unsigned(api))
    for safe, space in (("", "%20"), ("/:,", "+"), ('/:,{}"', "%20")):
        query = "&".join(f"{quote(n, safe)}={quote(v, safe).replace('%20', space)}" for n, v in whole)
        assert ask(api, query.encode()) == OK
    assert ask(api, query.replace("keyword=&", "keyword&").replace("region=&", "region&").encode()) == OK


@both
@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        pytest.param((("appKey", KEY), ("appSecret", SECRET)), OK, id="right"),
        pytest.param((("appSecret", SECRET), ("appKey", KEY)), OK, id="any-order"),
        pytest.param((("appKey", KEY), ("appSecret", SECRET), ("sign", "")), OK, id="with-an-empty-sign"),
        pytest.param((("appKey", KEY), ("appSecret", SECRET[:-1])), BAD, id="wrong"),
        pytest.param((("appKey", KEY), ("appSecret", SECRET.upper())), BAD, id="other-case"),
        pytest.param((("appKey", KEY), ("appSecret", "")), BAD, id="empty"),
        pytest.param((("appKey", KEY), ("appSecret", "密\x00")), BAD, id="not-ascii"),
        pytest.param((("appSecret", SECRET),), BAD, id="no-key"),
        pytest.param((("appKey", "nobody"), ("appSecret", SECRET)), UNKNOWN, id="unknown-key"),
        pytest.param((("appKey", "lookalike-used-up-key"), ("appSecret", SECRET)), BAD, id="another-accounts"),
        pytest.param((), BAD, id="nothing"),
    ],
)
def test_the_secret_alone(api: str, credentials: Pairs, expected: tuple[int, int]) -> None:
    assert send(api, (*credentials, *SENT[api])) == expected


@both
@pytest.mark.parametrize(
    ("pairs", "checked", "ignored"),
    [
        pytest.param(lambda p: signed((*p, ("appSecret", SECRET))), OK, OK, id="both-right"),
        pytest.param(lambda p: (*signed(p), ("appSecret", SECRET)), BAD, OK, id="secret-not-signed"),
        pytest.param(lambda p: (*p, ("appSecret", SECRET), ("sign", "X")), BAD, OK, id="wrong-sign"),
        pytest.param(lambda p: signed((*p, ("appSecret", "x"))), OK, BAD, id="wrong-secret-signed"),
        pytest.param(lambda p: signed((*p, ("appSecret", ""))), OK, OK, id="empty-secret-signed"),
    ],
)
def test_the_secret_beside_a_sign(api: str, pairs, checked: tuple[int, int], ignored: tuple[int, int]) -> None:
    sent = pairs(unsigned(api))
    assert send(api, sent) == checked
    assert send(api, sent, Mock(api, variants={"sign-with-secret": "ignored"})) == ignored


@both
def test_an_unknown_key_is_no_application(api: str) -> None:
    assert send(api, signed((("appKey", "nobody"), *SENT[api]))) == UNKNOWN


@both
def test_lower_case_where_it_is_accepted(api: str) -> None:
    mock = Mock(api, variants={"lower-case-sign": "accepted"})
    pairs = unsigned(api)
    sign = daji.compute_signature(pairs, SECRET)
    assert [send(api, (*pairs, ("sign", way)), mock) for way in (sign, sign.lower(), sign[:-1])] == [OK, OK, BAD]


@both
@pytest.mark.parametrize(
    ("way", "written"),
    [("repeated", "list=b&list=a&list="), ("java-list", "list=[b, a, ]"), ("joined", "list=b,a,")],
)
def test_several_values(api: str, way: str, written: str) -> None:
    """One rule holds at a time; single values are the same under each."""
    pairs = (*unsigned(api), ("list", "b"), ("list", "a"), ("list", ""))
    single = [f"{name}={value}" for name, value in unsigned(api)]
    sign = digest("&".join(sorted([*single, written])))
    for other in ("repeated", "java-list", "joined"):
        mock = Mock(api, variants={"array-parameters": other})
        assert send(api, (*pairs, ("sign", sign)), mock) == (OK if other == way else BAD)
        assert send(api, signed(unsigned(api)), mock) == OK
