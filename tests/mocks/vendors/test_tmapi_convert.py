"""TMAPI's conversion: from the address of any image to a path that the search takes."""

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike_mocks import Mock
from lookalike_mocks.catalogue.ids import decode_converted_name, decode_offer_id, encode_converted_name
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response

from .documented import create_validators

API = load_api("tmapi")
PATH, SEARCH = "/1688/tools/image/convert_url", "/1688/global/search/image"
SCHEMAS = create_validators("tmapi", PATH, "post")
TOKEN = "lookalike-demo-token"
FOREIGN = "https://example.com/shoe.jpg"
SAMPLE = "/search/imgextra/1692942898123_q7ftzxs9.jpg"
ENDPOINTS = ["/search/image", "/global/search/image", "/global/search/image/v2"]
MOCK = Mock("tmapi")


def send(body: Any, mock: Mock = MOCK, token: str = TOKEN, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Response:
    """What converting is answered with; a body that is no bytes is sent as JSON."""
    told = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = mock.respond(
        Request(method="POST", path=PATH, query=f"apiToken={token}".encode(), headers=headers, body=told)
    )
    SCHEMAS[reply.status].validate(json.loads(reply.body))
    return reply


def converted(url: str, mock: Mock = MOCK, **more: Any) -> str:
    """The path that an image's address becomes."""
    reply = send({"url": url, **more}, mock)
    assert reply.status == 200
    return str(json.loads(reply.body)["data"]["image_url"])


def found(url: str, mock: Mock = MOCK) -> list[int]:
    """The products that a search by that address or path finds."""
    query = urlencode({"apiToken": TOKEN, "img_url": url}).encode()
    reply = mock.respond(Request(method="GET", path=SEARCH, query=query))
    assert reply.status == 200, reply.body
    return [decode_offer_id(item["item_id"]) for item in json.loads(reply.body)["data"]["items"]]


def error_of(reply: Response) -> str:
    body = json.loads(reply.body)
    return next(
        name
        for name, error in API.root.errors.items()
        if (reply.status, body.get("msg", body.get("message"))) == (error.status, error.message)
    )


def product_url(index: int) -> str:
    return f"https://shop.example/O1CN01{MOCK.demo_state.catalogue.get_product(index).image_code}_!!1-0-cib.jpg"


# --- paths


def test_a_path_looks_like_the_vendors_sample() -> None:
    shape = re.compile(r"/search/imgextra/\d{13}_[0-9a-z]{8}\.jpg")
    assert shape.fullmatch(SAMPLE)
    assert all(shape.fullmatch(converted(url)) for url in (FOREIGN, product_url(0), product_url(9_999)))


def test_the_answer_is_that_of_the_vendors_sample() -> None:
    body = json.loads(send({"url": FOREIGN, "search_api_endpoint": "/search/image"}).body)
    assert list(body) == ["code", "msg", "data"]
    assert (body["code"], body["msg"], list(body["data"])) == (200, "success", ["image_url"])


@pytest.mark.parametrize(
    "url", [FOREIGN, "http://a.example/b?c#d", "https://cbu01.alicdn.com/img/ibank/x.jpg", "https://例.com/图"]
)
def test_a_path_finds_what_the_image_finds(url: str) -> None:
    assert found(converted(url)) == found(url, Mock("tmapi", variants={"foreign-image": "answered"}))


def test_a_foreign_image_is_refused_until_it_is_converted() -> None:
    query = urlencode({"apiToken": TOKEN, "img_url": FOREIGN}).encode()
    assert error_of(MOCK.respond(Request(method="GET", path=SEARCH, query=query))) == "foreign-image"
    assert len(found(converted(FOREIGN))) == 20


@pytest.mark.parametrize("index", [0, 17, 9_999])
def test_the_image_of_a_product_finds_it_first(index: int) -> None:
    assert found(converted(product_url(index)))[0] == index


def test_each_conversion_gives_another_path_and_all_find_the_same() -> None:
    paths = [converted(FOREIGN) for _ in range(50)]
    assert len(set(paths)) == 50
    assert len({tuple(found(path)) for path in paths}) == 1


def test_the_paths_of_a_mock_are_those_of_another_like_it() -> None:
    one, other = Mock("tmapi"), Mock("tmapi")
    for url in (FOREIGN, FOREIGN, product_url(3)):
        assert converted(url, one) == converted(url, other)
    one.demo_state.reset()
    assert converted(FOREIGN, one) == converted(FOREIGN, Mock("tmapi"))


def test_a_path_holds_elsewhere() -> None:
    """Nothing is stored: another mock of the same goods takes it too, and one that checks paths."""
    path = converted(FOREIGN)
    assert found(path, Mock("tmapi")) == found(path, Mock("tmapi", variants={"unknown-conversion": "refused"}))


@given(st.integers(0, 10**14 - 1), st.integers(0, 2**18 - 1))
def test_a_name_tells_its_number(number: int, salt: int) -> None:
    name = encode_converted_name(number, salt)
    assert decode_converted_name(name) == number
    assert encode_converted_name(number, salt + 1) != name
    changed = name[:-1] + ("a" if name[-1] != "a" else "b")
    assert decode_converted_name(changed) != number


@pytest.mark.parametrize(
    "name", ["", "1692942898123_q7ftzxs9", "1692942898123", "_", "1" + "9" * 12 + "_zzzzzzzz", "１" * 13 + "_q7ftzxs9"]
)
def test_other_names_tell_nothing(name: str) -> None:
    assert decode_converted_name(name) is None


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_endpoint_of_the_list_is_taken(endpoint: str) -> None:
    assert found(converted(FOREIGN, search_api_endpoint=endpoint)) == found(converted(FOREIGN))


# --- errors

BROKEN: list[Any] = [
    b"", b"null", b"[]", b"{", b'"x"', b"\xff", b"[" * 5000, {}, {"url": ""}, {"url": None}, {"url": 5}, {"url": ["https://a"]},
    *({"url": url} for url in ("//a/b.jpg", "a.jpg", "ftp://a/b.jpg", "https://", "https:// a", SAMPLE)),
    *({"url": FOREIGN, "search_api_endpoint": wrong} for wrong in ("", "/search/items", "search/image", None, 1)),
    b"x" * 65_537,
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_body_is_422(body: Any) -> None:
    assert error_of(send(body)) == "422"


def test_a_form_is_no_json() -> None:
    """As the Java and Go samples of the vendor's page have no body at all, neither brings an address."""
    form = urlencode({"url": FOREIGN}).encode()
    assert error_of(send(form, headers=((b"content-type", b"application/x-www-form-urlencoded"),))) == "422"


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.invalid/shoe.jpg",
        "http://invalid/",
        "https://me@a.b.INVALID:8000/x.jpg",
        "http://localhost/x.jpg",
        "http://localhost:54321/storage/x.jpg",
        "http://supabase-kong:8000/storage/x.jpg",
        "http://127.0.0.1:8000/x.jpg",
        "http://10.1.2.3/x.jpg",
        "http://192.168.0.7/x.jpg",
        "http://172.20.0.5/x.jpg",
        "http://[::1]:8000/x.jpg",
        "http://nas.local/x.jpg",
    ],
)
@pytest.mark.parametrize(("way", "error"), [("417", "417"), ("422", "422"), ("unchanged", "")])
def test_a_source_that_cannot_be_reached(url: str, way: str, error: str) -> None:
    mock = Mock("tmapi", variants={"unreachable-source": way})
    if error:
        assert error_of(send({"url": url}, mock)) == error
    else:
        assert converted(url, mock) == url


def search_by(mock: Mock, img_url: str) -> Response:
    query = f"apiToken={TOKEN}&img_url={quote(img_url, safe='')}"
    return mock.respond(Request(method="GET", path="/1688/global/search/image", query=query.encode()))


def test_a_source_that_cannot_be_reached_finds_nothing_under_its_variant() -> None:
    mock = Mock("tmapi", variants={"unreachable-source": "empty"})
    path = converted("http://supabase-kong:8000/x.jpg", mock)
    assert path.startswith("/search/imgextra/")
    page = json.loads(search_by(mock, path).body)["data"]
    assert (page["items"], page["total_count"]) == ([], 0)
    assert json.loads(search_by(mock, converted(FOREIGN, mock)).body)["data"]["items"]


@pytest.mark.parametrize("host", ["https://cbu01.alicdn.com", "http://img.alicdn.com:80", "//cbu01.alicdn.com"])
@pytest.mark.parametrize(("way", "status"), [("417", 417), ("422", 422), ("empty", 200), ("answered", 200)])
def test_a_converted_path_is_no_address_on_a_host(host: str, way: str, status: int) -> None:
    mock = Mock("tmapi", variants={"unreachable-image": way})
    path = converted(FOREIGN, mock)
    reply = search_by(mock, f"{host}{path}")
    assert reply.status == status
    if status == 200:
        assert bool(json.loads(reply.body)["data"]["items"]) == (way == "answered")
    assert search_by(mock, path).status == 200


def test_the_journal_says_why_a_path_on_a_host_is_refused() -> None:
    mock = Mock("tmapi")
    search_by(mock, f"https://cbu01.alicdn.com{converted(FOREIGN, mock)}")
    reason = mock.demo_state.journal.entries[-1].why
    assert reason is not None
    assert "a converted path is sent without a host" in reason.text


@pytest.mark.parametrize(
    "url",
    [
        "https://shop-invalid.com/x.jpg",
        "https://example.com/.invalid",
        "https://invalid.com/x.jpg",
        "https://10.example.com/localhost/x.jpg",
        "http://172.32.0.5/x.jpg",
        "http://93.184.216.34/x.jpg",
        "https://localhost.example.com/x.jpg",
    ],
)
def test_other_sources_are_reached(url: str) -> None:
    assert converted(url).startswith("/search/imgextra/")


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", "no-api-key"),
        ("nobody's", "token-refused"),
        ("lookalike-expired-token", "439"),
        ("lookalike-crowded-token", "503"),
        ("lookalike-unpaid-token", "insufficient-balance"),
    ],
)
def test_accounts(token: str, error: str) -> None:
    assert error_of(send({"url": FOREIGN}, token=token)) == error


@pytest.mark.parametrize("error", API.root.errors)
def test_errors_come_by_a_magic_key(error: str) -> None:
    # what belongs to the search leaves the conversion alone
    expected = API.get_error(error).status if error in API.list_errors(API.operations[1]) else 200
    assert send({"url": FOREIGN}, token=f"situation-{error}").status == expected


@pytest.mark.parametrize("situation", API.root.situations)
def test_a_path_comes_in_every_situation(situation: str) -> None:
    assert send({"url": FOREIGN}, token=f"situation-{situation}").status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "post"])
def test_another_method(method: str) -> None:
    request = Request(method=method, path=PATH, query=f"apiToken={TOKEN}".encode(), body=b"{}")
    assert error_of(MOCK.respond(request)) == "no-route"
    reply = Mock("tmapi", variants={"wrong-method": "method-not-allowed"}).respond(request)
    assert (error_of(reply), reply.headers) == ("method-not-allowed", ((b"allow", b"POST"),))


# --- variants


@pytest.mark.parametrize(
    "path", ["/search/imgextra/x.jpg", "/search/imgextra5/x.jpg", "/search/imgextra/", SAMPLE[:-5] + "8.jpg"]
)
def test_paths_that_no_conversion_gave_out(path: str) -> None:
    checking = Mock("tmapi", variants={"unknown-conversion": "refused"})
    query = urlencode({"apiToken": TOKEN, "img_url": path}).encode()
    assert found(path)
    assert error_of(checking.respond(Request(method="GET", path=SEARCH, query=query))) == "foreign-image"


@pytest.mark.parametrize("path", API.root.data["known-conversions"])
def test_the_paths_of_the_vendors_pages_are_known(path: str) -> None:
    assert found(path) == found(path, Mock("tmapi", variants={"unknown-conversion": "refused"}))


def test_an_unknown_endpoint_may_count_as_none() -> None:
    mock = Mock("tmapi", variants={"unknown-value": "default"})
    assert converted(FOREIGN, mock, search_api_endpoint="/search/items")


# --- anything at all

VALUES = st.sampled_from([FOREIGN, "", "https://a.invalid", "http://[", "https://\x00", "/x", *ENDPOINTS]) | st.text(
    max_size=12
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | VALUES, lambda inner: st.lists(inner, max_size=3)
)
DOCUMENTS = st.dictionaries(st.sampled_from(["url", "url", "search_api_endpoint", "x"]), JSON, max_size=3)
MOCKS = [MOCK, Mock("tmapi", variants={name: list(found.values)[-1] for name, found in API.root.variants.items()})]


@settings(max_examples=5 * settings().max_examples)
@given(
    body=DOCUMENTS.map(lambda told: json.dumps(told).encode()) | st.binary(max_size=40),
    query=st.just(b"apiToken=lookalike-demo-token") | st.binary(max_size=20),
    fault=st.sampled_from(["", "", "", "body-too-large", "body-timeout"]),
    mock=st.sampled_from(MOCKS),
)
def test_any_body_gets_an_answer_that_the_spec_describes(body: bytes, query: bytes, fault: str, mock: Mock) -> None:
    headers = ((b"apikey", TOKEN.encode()),)
    reply = mock.respond(Request(method="POST", path=PATH, query=query, headers=headers, body=body, broken_rule=fault))
    assert reply.status in (200, 401, 417, 422)
    SCHEMAS[reply.status].validate(json.loads(reply.body))
