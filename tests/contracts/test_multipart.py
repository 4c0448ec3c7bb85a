"""Multipart forms as clients frame them, well and badly: which parts are in them, and where they stand."""

from __future__ import annotations

import pytest

from lookalike_contracts.checks.signature.request_edit import find_part, list_parts, remove_part, replace_value
from lookalike_contracts.generation.multipart import parse_parts
from lookalike_contracts.generation.parse import parse_parameters
from lookalike_specs import load_api
from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_request

TYPE = "multipart/form-data; boundary=XX"
FIELD = b'Content-Disposition: form-data; name="a"'


def frame(*heads: bytes, content: bytes = b"1") -> bytes:
    return b"".join(b"--XX\r\n%b\r\n\r\n%b\r\n" % (head, content) for head in heads) + b"--XX--\r\n"


def make_request(body: bytes, content_type: str = TYPE) -> Request:
    return Request(method="POST", path="/", headers=((b"content-type", content_type.encode("latin-1")),), body=body)


# body, then name, value and whether it is a file, of each part
FORMS: dict[str, tuple[bytes, list[tuple[str, bytes, bool]]]] = {
    "one field": (frame(FIELD), [("a", b"1", False)]),
    "two of a name": (frame(FIELD, FIELD), [("a", b"1", False)] * 2),
    "lines that end with LF": (frame(FIELD).replace(b"\r\n", b"\n"), [("a", b"1", False)]),
    "no line break before the last boundary": (frame(FIELD).replace(b"1\r\n--XX--", b"1--XX--"), [("a", b"1", False)]),
    "the same, and nothing behind it": (frame(FIELD).replace(b"1\r\n--XX--\r\n", b"1--XX--"), [("a", b"1", False)]),
    "no last boundary": (frame(FIELD).removesuffix(b"--XX--\r\n"), [("a", b"1", False)]),
    "a preamble and an epilogue": (b"before\r\n" + frame(FIELD) + b"after", [("a", b"1", False)]),
    "an epilogue like a part": (frame(FIELD) + FIELD + b"\r\n\r\n2\r\n", [("a", b"1", False)]),
    "line breaks in a value": (frame(FIELD, content=b"\r\n1\r\n\r\n2\r\n"), [("a", b"\r\n1\r\n\r\n2\r\n", False)]),
    "an empty value": (frame(FIELD, content=b""), [("a", b"", False)]),
    "a boundary in a value": (frame(FIELD, content=b"1--XX"), [("a", b"1--XX", False)]),
    "another boundary in a value": (frame(FIELD, content=b"1\r\n--XXL\r\n2"), [("a", b"1\r\n--XXL\r\n2", False)]),
    "the last boundary in a value": (frame(FIELD, content=b"1--XX--2"), [("a", b"1--XX--2", False)]),
    "more headers": (frame(b"Content-Type: text/plain\r\n" + FIELD + b"\r\nContent-Length: 1"), [("a", b"1", False)]),
    "a name without quotes": (frame(b"content-disposition:form-data;name=a"), [("a", b"1", False)]),
    "a file": (frame(FIELD + b'; filename="x;y.jpg"'), [("a", b"1", True)]),
    "a file before its name": (frame(b'Content-Disposition: form-data; filename="; name=b"; name="a"'), [("a", b"1", True)]),
    "a file with a name of its own": (frame(FIELD + b"; filename*=utf-8''%E5%9B%BE.jpg"), [("a", b"1", True)]),
    "a name that is not ASCII": (frame('Content-Disposition: form-data; name="图"'.encode()), [("图", b"1", False)]),
    "a part without a name": (frame(b"X: y"), []),
    "no parts": (b"--XX--", []),
    "nothing": (b"", []),
}  # fmt: skip


@pytest.mark.parametrize(("body", "parts"), FORMS.values(), ids=FORMS)
def test_the_parts_of_a_form(body: bytes, parts: list[tuple[str, bytes, bool]]) -> None:
    found = parse_parts(make_request(body))
    assert [(part.name, part.value, part.is_file) for part in found] == parts
    assert all(body[part.value_start : part.value_end] == part.value for part in found)
    assert all(body[part.start : part.start + 4] == b"--XX" for part in found)


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=YY", "text/plain; boundary=XX"]
)
def test_what_is_no_form_has_no_parts(content_type: str) -> None:
    assert parse_parts(make_request(frame(FIELD), content_type)) == ()


def test_a_large_file_is_read_once() -> None:
    content = b"\r\n--" * 1_000_000
    (part,) = parse_parts(make_request(frame(FIELD + b'; filename="x"', content=content)))
    assert part.value == content


@pytest.mark.parametrize("line_break", [b"\r\n", b""], ids=["well-formed", "as the Node.js SDK"])
def test_a_field_can_be_changed_and_taken_out(line_break: bytes) -> None:
    other = FIELD.replace(b'"a"', b'"b"')
    request = make_request(frame(FIELD, other).replace(b"\r\n--XX--", line_break + b"--XX--"))
    field = find_part(request, "b")
    assert field is not None
    assert parse_parameters(replace_value(request, field, "2\r\n3")) | {"content-type": ""} == {
        "content-type": "", "a": "1", "b": "2\r\n3",
    }  # fmt: skip
    assert [part.name for part in list_parts(remove_part(request, field)) if part.location == "field"] == ["a"]


def test_files_are_no_fields() -> None:
    request = make_request(frame(FIELD + b'; filename="x"', FIELD.replace(b'"a"', b'"b"')))
    assert [part.name for part in list_parts(request) if part.location == "field"] == ["b"]
    field = find_part(request, "b")
    assert field is not None
    assert parse_parameters(replace_value(request, field, "2")).items() >= {"a": "1", "b": "2"}.items()


def test_our_own_forms_are_read() -> None:
    api = load_api("aliyun")
    upload = next(operation for operation in api.operations if operation.media_types == ("multipart/form-data",))
    request = build_request(upload, {"key": "1/2/a.png", "file": "image"}, api.servers[0])
    assert [(part.name, part.value, part.is_file) for part in parse_parts(request)] == [
        ("key", b"1/2/a.png", False), ("file", b"image", True),
    ]  # fmt: skip
