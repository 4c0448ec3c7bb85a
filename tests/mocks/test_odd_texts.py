"""Texts that XML, JSON or a header cannot say: whatever a request holds, its answer can be read."""

import json
from datetime import UTC, datetime
from itertools import count, product
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from lookalike_mocks import Mock
from lookalike_mocks.adapters.response_head import encode_head
from lookalike_specs import Operation, list_api_ids, load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.request_builder import build_request, collect_examples
from lookalike_specs.signing import SigningContext
from lookalike_specs.signing.sign import sign
from lookalike_specs.xml_text import escape_xml, format_xml

TEXTS = [
    "a\x00b",
    "\x01\x0b\x0c\x1f",
    "\x7f\x80\x9f",
    "\ufffe\uffff",
    "\U0001fffe",
    "\ud800",
    "a\udfffb",
    "\r\nSet-Cookie: a=b",
    "]]>",
    "<a>&amp;</b>",
    "\u2028é中",
]
OPERATIONS = [f"{api}/{operation.id}" for api in list_api_ids() for operation in load_api(api).operations]
NONCES = (f"odd-{number}" for number in count())


def find_operation(path: str) -> Operation:
    api, _, name = path.partition("/")
    return next(operation for operation in load_api(api).operations if operation.id == name)


def sign_values(path: str, values: dict[str, Any]) -> Request:
    operation = find_operation(path)
    account = load_api(path.partition("/")[0]).account
    request = build_request(operation, values, "http://127.0.0.1:8765")
    return sign(request, operation.schemes[0], account, SigningContext(datetime.now(UTC), next(NONCES)))


def assert_readable(response: Response) -> None:
    if "xml" in response.media_type and response.body:
        ElementTree.fromstring(response.body)  # noqa: S314 - our own
    elif "json" in response.media_type and response.body:
        json.loads(response.body.decode("utf-8"))
    assert encode_head(response.status, response.media_type, response.headers).count(b"\n") == (
        2 + bool(response.media_type) + len(response.headers)
    )


@pytest.mark.parametrize("path", OPERATIONS)
def test_an_answer_can_be_read_whatever_a_parameter_holds(path: str) -> None:
    api = load_api(path.partition("/")[0])
    operation = find_operation(path)
    mock = Mock(api.id)
    examples = collect_examples(api, operation)
    names = [field.name for field in operation.fields]
    forms: list[dict[str, str]] = [{}]
    if "Format" in names:
        forms.append({"Format": "XML"})
    for name, text, form in product(names, TEXTS, forms):
        try:
            request = sign_values(path, {**examples, **form, name: text})
        except UnicodeEncodeError:
            # a client that cannot write half of a surrogate pair sends none
            continue
        assert_readable(mock.respond(request))


@pytest.mark.parametrize("path", OPERATIONS)
def test_an_answer_can_be_read_whatever_path_host_and_headers_hold(path: str) -> None:
    api = load_api(path.partition("/")[0])
    mock = Mock(api.id)
    examples = collect_examples(api, find_operation(path))
    for text in TEXTS:
        raw = text.encode("utf-8", "surrogatepass")
        request = sign_values(path, examples)
        assert_readable(mock.respond(replace(request, path=request.path + text)))
        assert_readable(mock.respond(replace(request, query=request.query + b"&" + raw + b"=" + raw)))
        for name, _ in request.headers:
            headers = tuple((header, raw if header == name else value) for header, value in request.headers)
            assert_readable(mock.respond(replace(request, headers=headers)))
        asked = replace(request, headers=(*request.headers, (b"prefer", b"explain, situation=" + raw)))
        assert_readable(mock.respond(asked))


def test_what_was_stored_with_a_picture_is_found_in_xml() -> None:
    mock = Mock("aliyun")
    api = load_api("aliyun")
    content = collect_examples(api, find_operation("aliyun/AddImage"))["PicContent"]
    for text in TEXTS:
        values = {"InstanceName": "demoinstance1", "ProductId": "p", "PicName": "n", "PicContent": content}
        stored = build_rpc_request("AddImage", values | {"CustomContent": text})
        assert mock.respond(stored).status == 200
        searched = build_rpc_request(
            "SearchImageByPic", {"InstanceName": "demoinstance1", "PicContent": content, "Format": "XML"}
        )
        response = mock.respond(searched)
        assert response.status == 200
        found = ElementTree.fromstring(response.body).findtext(".//CustomContent")  # noqa: S314 - our own
        if text.isprintable():
            assert found == text


def build_rpc_request(operation: str, values: dict[str, str]) -> Request:
    """A request signed by RPC, whose answer is XML where nothing else is asked for."""
    api = load_api("aliyun")
    scheme = next(scheme for scheme in find_operation(f"aliyun/{operation}").schemes if scheme.name == "acs-rpc")
    # with `errors`, as a client in another language sends half of a surrogate pair
    form = "&".join(f"{name}={quote(value, safe='', errors='surrogatepass')}" for name, value in values.items())
    request = Request(
        method="POST",
        path="/",
        query=f"Action={operation}&Version=2020-12-14".encode(),
        headers=((b"host", b"127.0.0.1"), (b"content-type", b"application/x-www-form-urlencoded")),
        body=form.encode(),
    )
    return sign(request, scheme, api.account, SigningContext(datetime.now(UTC), next(NONCES)))


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_xml_cannot_say_does_not_empty_a_documented_answer(text: str) -> None:
    schema = {"type": "object", "xml": {"name": "pet"}, "properties": {"name": {"type": "string"}}}
    written = format_xml({}, schema, {"name": text})
    assert ElementTree.fromstring(written).findtext("name") is not None  # noqa: S314 - our own


def test_a_line_break_of_a_text_is_the_same_after_xml() -> None:
    text = "a\r\nb\rc\td"
    assert ElementTree.fromstring(f"<a>{escape_xml(text)}</a>").text == text  # noqa: S314 - our own


def test_a_line_break_in_a_request_does_not_become_a_header_of_the_answer() -> None:
    head = encode_head(400, "text/plain", ((b"x-echo", b"a\r\nset-cookie: b\x00"), (b"x-next", b"\xc3\xa9")))
    assert head.split(b"\r\n")[2:4] == [b"x-echo: a set-cookie: b", b"x-next: \xc3\xa9"]
