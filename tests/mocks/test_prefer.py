"""The header `Prefer`: its grammar, and what it asks for."""

import json
from functools import cache
from time import perf_counter

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.faults import FAULTS
from lookalike_mocks.preferences import MAX_PREFERENCES, parse_preferences
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response

QUERY = b"apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/x.jpg"
STRANGER = b"apiToken=nobody&img_url=https://cbu01.alicdn.com/x.jpg"
SITUATED = b"apiToken=situation-%b&img_url=https://cbu01.alicdn.com/x.jpg"


@cache
def tmapi() -> Mock:
    return Mock("tmapi")


def ask(*prefer: str, query: bytes = QUERY) -> Response:
    headers = tuple((b"prefer", value.encode("latin-1")) for value in prefer)
    return tmapi().respond(Request(method="GET", path="/1688/global/search/image", query=query, headers=headers))


def outcome(reply: Response) -> object:
    """The vendor's code, or how many goods there are, or the fault."""
    if reply.fault:
        return reply.fault.kind
    body = json.loads(reply.body)
    return len(body["data"]["items"]) if body.get("data") else body.get("code", reply.status)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", 20),
        ("code=503", 503),
        ("code=200", 20),
        ("example=tmapi/503", 503),
        ("example=503", 503),
        ("example=tmapi/empty", 0),
        ("example=tmapi/latency", "latency"),
        # quotes and spaces
        ('code="503"', 503),
        ('example="tmapi/503"', 503),
        ("  code  =  503  ", 503),
        ('\texample\t=\t"tmapi/empty"\t', 0),
        (r'example="tmapi/50\3"', 503),
        # among others
        ("return=minimal, code=503", 503),
        ("respond-async, wait=10; code=503", 503),
        ('foo="a, b; code=439", code=503', 503),
        ('foo; bar="x\\"y, code=439", code=503', 503),
        ("dynamic=true,code=503", 503),
        ("return=minimal", 20),
        ("respond-async", 20),
        # names of preferences have no case, and are whole words
        ("Code=503", 503),
        ("EXAMPLE=tmapi/503", 503),
        ("x-code=503", 20),
        ("postcode=503", 20),
        ("encode/code=503", 20),
        ("foo=bar/code=503", 20),
        # of two the first counts, and an example tells more than a code
        ("code=503, code=439", 503),
        ("code=439, example=tmapi/503", 503),
        ("code=200, example=tmapi/503", 503),
    ],
)
def test_the_grammar(header: str, expected: object) -> None:
    assert outcome(ask(header)) == expected


def test_the_headers_of_one_name_count_together() -> None:
    assert outcome(ask("return=minimal", "code=503")) == 503
    assert outcome(ask("code=503", "code=439")) == 503


@pytest.mark.parametrize(
    ("header", "magic", "expected"),
    [
        # a fault befalls an error too
        ("example=latency", b"439", (439, "latency")),
        ("code=439", b"latency", (439, None)),
        ("example=tmapi/truncated-body", b"empty", (200, "truncated-body")),
        # of two alike the header's counts
        ("example=truncated-body", b"latency", (200, "truncated-body")),
        ("example=empty", b"439", (200, None)),
        ("code=200", b"439", (439, None)),
    ],
)
def test_a_header_and_a_magic_value_together(header: str, magic: bytes, expected: tuple[int, str | None]) -> None:
    reply = ask(header, query=SITUATED % magic)
    assert (reply.status, reply.fault and reply.fault.kind) == expected


def test_who_asks_has_to_be_known() -> None:
    assert ask("code=503", query=STRANGER).status == 401


@pytest.mark.parametrize("header", ["code=999", "code=", "code", "code=None", "code=html-502", "example=", 'example=""', "example=tmapi",
                                    "example=tmapi/", "example=TMAPI/503", "example=tmapi/Empty", "example=hiobuy/empty", 'example="tmapi/503',
                                    "example=tmapi/tmapi/503", "example=situation-503", "code=-1", "code=\xff"])  # fmt: skip
def test_what_is_unknown_is_told_with_all_that_is_known(header: str) -> None:
    reply = ask(header)
    payload = json.loads(reply.body)
    root = load_api("tmapi").root
    assert reply.status == 400
    assert payload["error"].startswith(f"Prefer: {header.partition('=')[0].strip()}=")
    assert payload["error"].endswith(" is no situation of the operation searchItemsByImageUrl")
    assert payload["known"] == [f"tmapi/{short}" for short in (*root.errors, *root.situations, *FAULTS)]


def test_what_is_told_of_it_is_short() -> None:
    assert len(json.loads(ask("example=" + "x" * 10_000).body)["error"]) < 200


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "a=" * 30_000, 'a="' * 20_000, 'a="\\"' * 12_000, " " * 60_000, "a " * 30_000, '"' * 60_000]
)
def test_a_long_header_costs_little(text: str) -> None:
    began = perf_counter()
    assert ask(text).status == 200
    assert perf_counter() - began < 2


def test_of_thousands_of_preferences_the_first_hundred_count() -> None:
    header = b",".join(b"p%d=1" % number for number in range(20_000))
    preferences = parse_preferences(Request(method="GET", path="/", headers=((b"prefer", header),)))
    assert list(preferences) == [f"p{number}" for number in range(MAX_PREFERENCES)]
