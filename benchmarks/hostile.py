"""Hostile requests of seven kinds, drawn from a seeded source: the same seed makes the same bytes.

Most are right in all but one thing, signatures included, so that they get as far into the server as honest ones.
"""

from __future__ import annotations

import base64
import io
import json
import random
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from urllib.parse import quote

from PIL import Image

from lookalike_specs import Api, Operation, list_api_ids, load_api
from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SigningContext
from lookalike_specs.signing.sign import sign

Source = random.Random
TEXTS = [
    "", " ", "0", "-1", "1e999", "NaN", "9" * 20, "9" * 4301, "9" * 20000, "1" + "0" * 30, "true", "null", "[]", "{}", "\x00", "a\x00b",
    "\x1b[31m", "\r\n", "a\r\nX: 1", "\u2028", "\u202e", "\ufeff", "\uffff", "\U0010ffff", "é", "İ", "ß", "裤子", "%", "%00", "%zz",
    "../../etc/passwd", "file:///etc/passwd", "http://", "https://[", "https://a:99999/", "https://user:pw@h/", "//", "<script>",
    "]]>", "' OR 1=1 --", "${jndi:ldap://x}", "{0}", "%s%n", "a" * 1000, "a" * 30000, "e " * 15000, "&", "=", "a=b&c=d", ";", "#",
    "https://cbu01.alicdn.com/x.jpg", "1,2,3,4", ",".join(["9" * 4301] * 4), "(" * 250, "int_attr=1 AND " * 300 + "int_attr=1",
]  # fmt: skip
RAW = [
    b"%",
    b"%zz",
    b"%00",
    b"%c0%af",
    b"%ed%a0%80",
    b"%ff",
    b"+",
    b"\x80",
    b"\xff",
    b"&&&",
    b"==",
    b"a[]=1",
    b";",
    b"\\",
    b"{",
    b"`",
]
GET = b"GET /1688/global/search/image?apiToken=x HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /api/client/third-purchase/image/query HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def draw_text(source: Source) -> str:
    if source.random() < 0.8:
        return source.choice(TEXTS)
    return "".join(
        chr(source.choice((source.randrange(128), source.randrange(0xD000)))) for _ in range(source.randrange(40))
    )


def draw_raw(source: Source) -> bytes:
    return b"".join(source.choice(RAW) for _ in range(source.randrange(1, 8)))


def encode(method: str, target: str, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1".encode(), *(name + b": " + value for name, value in headers)]
    if body or method == "POST":
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", b""]) + body


def encode_request(request: Request) -> bytes:
    target = request.path
    if request.query:
        target += "?" + request.query.decode()
    skipped = (b"content-length", b"connection")
    headers = [
        (name, value.replace(b"\r", b"").replace(b"\n", b"")) for name, value in request.headers if name not in skipped
    ]
    return encode(request.method, target, headers, request.body)


def build_context(source: Source) -> SigningContext:
    return SigningContext(datetime.now(UTC), f"{source.getrandbits(128):x}")


def build_values(api: Api, operation: Operation) -> dict[str, object]:
    """Return the least that a good request has; Alibaba Cloud's name their operation in it."""
    examples = collect_examples(api, operation)
    names = ("x-acs-action", "x-acs-version", "Action", "Version")
    values: dict[str, object] = {name: examples[name] for name in names if name in examples}
    return values | dict(build_minimal_values(api, operation, dict(api.account)))


def draw_signed(source: Source) -> bytes:
    """Return a rightly signed request of any operation with one or two odd values."""
    api = load_api(source.choice(list_api_ids()))
    operation = source.choice(api.operations)
    values = build_values(api, operation)
    examples = collect_examples(api, operation)
    for name in source.sample(sorted(examples), min(len(examples), source.choice((0, 1, 2)))):
        if name not in ("Action", "Version", "x-acs-action", "x-acs-version"):
            values[name] = draw_text(source)
    try:
        request = build_request(operation, values, "http://127.0.0.1")
        scheme = source.choice(operation.schemes)
        return encode_request(sign(request, scheme, dict(api.account), build_context(source)))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        # a value that no client could put there
        return draw_query(source)


def draw_query(source: Source) -> bytes:
    api = load_api(source.choice(list_api_ids()))
    operation = source.choice(api.operations)
    pairs = [
        f"{quote(draw_text(source))[:20000]}={quote(draw_text(source))[:20000]}" for _ in range(source.randrange(4))
    ]
    target = operation.path.partition("#")[0].encode() + b"?" + "&".join(pairs).encode() + draw_raw(source)
    return operation.method.encode() + b" " + target[:60000] + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"


def draw_json(source: Source) -> bytes:
    document: object = draw_text(source)
    for _ in range(source.choice((0, 1, 3, 50))):
        document = source.choice(
            ([document], {"img": document, "platform": "1688"}, {draw_text(source)[:50]: document})
        )
    body = json.dumps(document).encode()
    if source.random() < 0.4:
        depth = source.choice((50, 1000, 30000))
        body = source.choice(
            (b"[" * depth, b'{"a":' * depth, b"[" * depth + b"]" * depth, b"9" * 5000, b'{"img":"\\ud800"}', b"\xff{")
        )
    uuid = load_api("hiobuy").account["X-Uuid"].encode()
    return POST + b"X-Uuid: %b\r\nContent-Length: %d\r\n\r\n%b" % (uuid, len(body), body)


def draw_multipart(source: Source) -> bytes:
    part = source.choice((
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n', b"--b\r\n\r\n\r\n", b"--b",
        b"--b\r\nContent-Disposition: form-data; name*99999999=a\r\n\r\n\r\n",
        b"--b\r\nContent-Disposition: form-data; " + b";" * 200 + b"name=a\r\n\r\n\r\n",
    ))  # fmt: skip
    body = part * source.choice((1, 10, 1001, 5000)) + source.choice((b"--b--\r\n", b""))
    content_type = source.choice((b"boundary=b", b"boundary=", b'boundary="', b"boundary=" + b"a" * 5000, b""))
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; %b\r\nContent-Length: %d\r\n\r\n"
    return head % (content_type, len(body)) + body


def draw_framing(source: Source) -> bytes:
    body = b'{"img":"https://a/b","platform":"1688"}'
    hidden = b"GET /_lookalike/sandboxes HTTP/1.1\r\nHost: localhost\r\n\r\n"
    size = source.choice((b"0", b"1", b"-1", b"+5", b"5, 5", b"0x5", b"9" * 30, b"5\r\nContent-Length: 6", b""))
    chunk = source.choice((b"%x" % len(body), b"0x5", b"-1", b"f" * 17, b"", b"g", b"5;" + b"e" * 20000, b"1"))
    trailers = source.choice(
        (b"0\r\n\r\n", b"0\r\nT: x\r\n\r\n", b"0\r\n" + b"T: x\r\n" * 3000, b"0\r\nT: " + b"x" * 70000, b"")
    )
    return source.choice((
        POST + b"Content-Length: %b\r\n\r\n%b" % (size, body),
        POST + b"Transfer-Encoding: chunked\r\n\r\n%b\r\n%b\r\n%b" % (chunk, body, trailers),
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
        POST + b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
        (GET + b"\r\n") * source.choice((2, 31, 32, 33, 100, 300)) + LAST,
        GET + b"x: y\r\n" * source.choice((10, 1000, 12000)) + b"\r\n",
        GET + b"x: " + b"y" * source.choice((60000, 65536, 200000)) + b"\r\n\r\n",
        GET + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n" + LAST,
        GET + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nabcde" + LAST,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"\x00" * 1000,
        source.randbytes(source.randrange(1, 300)), b"GET " + draw_raw(source) + b" HTTP/1.1\r\n\r\n", b"CONNECT a:443 HTTP/1.1\r\n\r\n",
        b"BAD\r\n\r\n", b"GET /\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", GET + b" folded\r\n\r\n", GET + b"x\x00: y\r\n\r\n",
    ))  # fmt: skip


@cache
def build_pictures() -> tuple[bytes, ...]:
    """Return small and large pictures of many formats, as files."""
    pictures = []
    for size in (300, 2048):
        image = Image.effect_noise((size, size), 30).convert("RGB").resize((size, size))
        if size > 300:
            image = Image.new("RGB", (size, size), (200, 30, 30))
        for name, options in (
            ("JPEG", {"progressive": True}),
            ("PNG", {}),
            ("GIF", {}),
            ("WEBP", {"lossless": True}),
            ("BMP", {}),
            ("TIFF", {}),
        ):
            if name in ("BMP", "TIFF") and size > 300:
                continue
            file = io.BytesIO()
            image.save(file, name, **options)
            pictures.append(file.getvalue())
    pictures.append(b"\x89PNG\r\n\x1a\n" + zlib.compress(bytes(10_000_000)))
    return tuple(pictures)


def draw_picture(source: Source) -> bytes:
    """Return a signed search by a picture, most of them with a few bytes changed."""
    data = bytearray(source.choice(build_pictures()))
    for _ in range(source.choice((0, 1, 5, 20))):
        data[source.randrange(min(len(data), 600))] = source.choice((0, 1, 127, 128, 255))
    api = load_api("aliyun")
    operation = api.operations[0]
    values = build_values(api, operation) | {"PicContent": base64.b64encode(data).decode()}
    request = build_request(operation, values, "http://127.0.0.1")
    return encode_request(sign(request, operation.schemes[0], dict(api.account), build_context(source)))


def draw_control(source: Source) -> bytes:
    """Return a request to the control API; TOKEN stands for the token."""
    paths = (
        "sandboxes",
        "sandboxes/demo",
        "sandboxes/demo/situations",
        "sandboxes/demo/journal",
        "health",
        "nope",
        "pictures/x",
        "",
    )
    body = source.choice(
        (b"", b"{}", b"null", b"[", b'{"seed":' + b"9" * 400 + b"}", json.dumps({"name": draw_text(source)}).encode())
    )
    method = source.choice(("GET", "GET", "POST", "PUT", "PATCH", "OPTIONS"))
    headers = [
        (b"Host", source.choice((b"localhost", b"127.0.0.1", b"evil.example"))),
        (b"Authorization", b"Bearer TOKEN"),
    ]
    target = f"/_lookalike/{source.choice(paths)}?limit={quote(draw_text(source)[:200])}"
    return encode(method, target, headers, body)


# kind -> how to draw one, and its part of the mixture
KINDS: dict[str, tuple[Callable[[Source], bytes], int]] = {
    "signed": (draw_signed, 30),
    "query": (draw_query, 20),
    "json": (draw_json, 15),
    "framing": (draw_framing, 20),
    "multipart": (draw_multipart, 6),
    "control": (draw_control, 7),
    "picture": (draw_picture, 2),
}


def draw_request(source: Source) -> tuple[str, bytes]:
    """Return the kind and the bytes of one hostile request."""
    (kind,) = source.choices(list(KINDS), [weight for _, weight in KINDS.values()])
    return kind, KINDS[kind][0](source)
