"""Multipart bodies as clients frame them, and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_mocks.parsing import (
    MAX_HEAD_SIZE,
    MAX_PARAMETERS,
    MAX_PARTS,
    FormPart,
    MalformedMultipart,
    parse_multipart,
    parse_request,
)
from lookalike_specs.messages import MAX_PAIRS, Request, parse_pairs

TYPE = "multipart/form-data; boundary=XX"
NAMED = b'Content-Disposition: form-data; name="a"'
MEGABYTES = b"A" * 4_200_000


def framed(*heads: bytes, content: bytes = b"1") -> bytes:
    return b"".join(b"--XX\r\n%b\r\n\r\n%b\r\n" % (head, content) for head in heads) + b"--XX--\r\n"


GOOD = [
    (framed(NAMED), [("a", b"1", None)]),
    (framed(NAMED, NAMED), [("a", b"1", None)] * 2),
    (framed(NAMED).replace(b"\r\n", b"\n"), [("a", b"1", None)]),
    (framed(NAMED).replace(b"1\r\n--XX", b"1--XX"), [("a", b"1", None)]),
    (b"preamble\r\n" + framed(NAMED) + b"epilogue", [("a", b"1", None)]),
    (framed(NAMED, content=b"1\r\n\r\n"), [("a", b"1\r\n\r\n", None)]),
    (framed(NAMED, content=b"\r\n\r\n"), [("a", b"\r\n\r\n", None)]),
    (framed(NAMED, content=b""), [("a", b"", None)]),
    (framed(NAMED, content=MEGABYTES), [("a", MEGABYTES, None)]),
    (framed(NAMED + b"\r\nContent-Length: 1\r\nContent-Type: text/plain; charset=utf-8"), [("a", b"1", None)]),
    (framed(b"content-disposition:form-data;name=a"), [("a", b"1", None)]),
    (framed(NAMED + b'; filename="x;y.jpg"'), [("a", b"1", "x;y.jpg")]),
    (framed(NAMED + b'; filename=""'), [("a", b"1", "")]),
    (framed(NAMED + b'; filename="' + b"&#20013;" * (MAX_PARAMETERS - 2) + b'"'), None),
    (framed('Content-Disposition: form-data; name="图"; filename="ü.jpg"'.encode()), [("图", b"1", "ü.jpg")]),
    (framed(NAMED + b"; filename*=utf-8''%E5%9B%BE.jpg"), [("a", b"1", "图.jpg")]),
    (framed(NAMED + b'; filename="\xff"'), [("a", b"1", "\ufffd")]),
    (framed(*[NAMED] * MAX_PARTS), [("a", b"1", None)] * MAX_PARTS),
    (b"--XX--", []),
]


@pytest.mark.parametrize(("body", "expected"), GOOD, ids=range(len(GOOD)))
def test_parts(body: bytes, expected: list[tuple[str, bytes, str | None]] | None) -> None:
    parts = parse_multipart(body, TYPE)
    assert len(parts) == 1 if expected is None else parts == tuple(FormPart(*part) for part in expected)


BAD = [
    (framed(NAMED), "multipart/form-data"),
    (framed(NAMED), "multipart/form-data; boundary=YY"),
    (framed(NAMED), "multipart/form-data; boundary="),
    (b"", TYPE),
    (framed(NAMED)[:-4], TYPE),
    (framed(NAMED).replace(b"\r\n\r\n", b"\r\n"), TYPE),
    (framed(b"X: y"), TYPE),
    (framed(b"Content-Disposition: form-data"), TYPE),
    (framed(*[NAMED] * (MAX_PARTS + 1)), TYPE),
    (framed(NAMED + b"\r\nX: " + b"y" * MAX_HEAD_SIZE), TYPE),
    (framed(NAMED + b'; filename="' + b";" * MAX_PARAMETERS + b'"'), TYPE),
    (framed(NAMED), f"multipart/form-data; x={';' * MAX_PARAMETERS}boundary=XX"),
]


@pytest.mark.parametrize(("body", "content_type"), BAD, ids=range(len(BAD)))
def test_what_is_none(body: bytes, content_type: str) -> None:
    with pytest.raises(MalformedMultipart):
        parse_multipart(body, content_type)


def request(body: bytes, content_type: str = TYPE) -> Request:
    return Request(method="POST", path="/", headers=((b"content-type", content_type.encode("latin-1")),), body=body)


def test_blanks_behind_a_boundary_are_no_part_of_it() -> None:
    body = b'--XX \t\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX  \r\n'
    body += b'Content-Disposition: form-data; name="b"\r\n\r\n2\r\n--XX-- \r\n'
    assert [(part.name, part.content) for part in parse_multipart(body, TYPE)] == [("a", b"1"), ("b", b"2")]


def test_fields_are_the_form_and_files_are_apart() -> None:
    found = parse_request(request(framed(NAMED, NAMED + b'; filename="b"')))
    assert (found.form, found.files, found.broken_rule) == ((("a", "1"),), {"a": b"1"}, "")


def test_a_malformed_body_is_told() -> None:
    assert parse_request(request(b"x")).broken_rule == "malformed-body"


def test_no_more_pairs_are_made_than_anybody_needs() -> None:
    pairs = parse_pairs(b"a&" * (MAX_PAIRS + 9))
    assert len(pairs) == MAX_PAIRS + 1
    assert pairs[-2:] == (("a", ""), ("a&a&a&a&a&a&a&a&a&", ""))


@given(st.binary(max_size=80), st.text(st.characters(max_codepoint=255), max_size=30))
def test_any_bytes_are_parts_or_malformed(body: bytes, parameters: str) -> None:
    found = parse_request(request(b"--XX\r\n" + body + b"\r\n--XX--", TYPE + parameters))
    assert found.broken_rule in ("", "malformed-body")
