"""What the tests of Alibaba Cloud's operations share: signed requests, and answers that are held to the spec."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from typing import Any
from urllib.parse import urlencode

from PIL import Image, ImageDraw

from lookalike_contracts import describe_response_violations
from lookalike_mocks import Mock
from lookalike_specs import load_api
from lookalike_specs.messages import Pairs, Request, Response
from lookalike_specs.request_builder import collect_examples
from lookalike_specs.signing import acs3

API = load_api("aliyun")
OPERATIONS = {operation.id: operation for operation in API.operations}
NOW = 1_795_220_788
NONCES = (f"client-{number}" for number in count())
HOST = "127.0.0.1:8765"
Body = dict[str, Any]


def sign_request(operation: str, account: dict[str, str] | None = None, host: str = HOST, **given: Any) -> Request:
    """A request of that operation, signed with ACS3; an instance is named where one has to be."""
    meant, who = OPERATIONS[operation], {**API.account, **(account or {})}
    examples = collect_examples(API, meant)
    values = given if meant.method == "GET" else {"InstanceName": "demoinstance1", **given}
    headers = {"host": host, "x-acs-action": examples["x-acs-action"], "x-acs-version": examples["x-acs-version"]}
    encoded = urlencode({name: value for name, value in values.items() if value is not None}).encode()
    if meant.method == "POST":
        headers["content-type"] = "application/x-www-form-urlencoded"
    request = Request(
        method=meant.method,
        path=meant.path,
        query=encoded if meant.method == "GET" else b"",
        headers=tuple((name.encode(), value.encode()) for name, value in headers.items()),
        body=encoded if meant.method == "POST" else b"",
    )
    stamp = datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys, token = (who["AccessKeyId"], who["AccessKeySecret"]), who.get("SecurityToken")
    return acs3.sign_request(request, *keys, timestamp=stamp, nonce=next(NONCES), security_token=token)


def fetch_body(mock: Mock, operation: str, account: dict[str, str] | None = None, **given: Any) -> Body:
    """The body of an answer that conforms."""
    request = sign_request(operation, account, **given)
    reply = mock.respond(request)
    assert describe_response_violations("aliyun", request, reply) == (), reply.body
    body: Body = json.loads(reply.body)
    return body


def assert_conforming(asked: Request, reply: Response) -> Response:
    """The reply, held to the spec."""
    assert describe_response_violations("aliyun", asked, reply) == ()
    return reply


def encode_image(drawn: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """An image as a file."""
    out = BytesIO()
    drawn.save(out, form, **options)
    return out.getvalue()


def encode_base64(data: bytes) -> str:
    """Bytes in Base64."""
    return b64encode(data).decode()


def draw_image(number: int, side: int = 400) -> Image.Image:
    """An image that shows no product of the catalogue; another for each number."""
    found = Image.new("RGB", (side, side), (number * 37 % 256, number * 101 % 256, number * 59 % 256))
    pen, step = ImageDraw.Draw(found), side // 8
    for place in range(5):
        left, top = (number * 7 + place * 3) % 6 * step, (number * 5 + place * place) % 6 * step
        shade = tuple((number * factor + place * 83) % 256 for factor in (17, 29, 43))
        pen.ellipse((left, top, left + 2 * step, top + 2 * step + place * 10), fill=shade)
    return found


def encode_multipart(fields: Pairs, data: bytes | None, after: Pairs = (), *, last_break: bytes = b"\r\n") -> bytes:
    """A form with a file, framed as SDKs do it; `after` are fields behind the file, `last_break` what ends the file."""
    parts = [encode_field(*pair) for pair in fields]
    if data is not None:
        head = b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a/b"\r\nContent-Type: \r\n\r\n'
        parts.append(head + data + last_break)
    return b"".join([*parts, *(encode_field(*pair) for pair in after), b"--XX--\r\n"])


def encode_field(name: str, value: str) -> bytes:
    """One field of a form."""
    return b'--XX\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value.encode())
