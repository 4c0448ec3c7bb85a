"""A server that sends a secret back in every encoding, in whatever part of its answers: what a judge meets at worst."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import NamedTuple
from urllib.parse import quote

from lookalike_mocks import Mock
from lookalike_specs import load_api
from lookalike_specs.messages import Request

API = "tmapi"
JSON_VALUE = re.compile(rb'(:\s?)(-?\d+(?:\.\d+)?|"[^"]{0,40}")(?=[,}])')
# how much stands before the secret: a message that is cut after 60, 80, 100 or 200 characters is cut within it
PADDING = (0, 3, 20, 50, 70, 90, 190, 380)


class Answer(NamedTuple):
    """What is sent: `reason` is the text behind the status."""

    status: int
    media_type: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    reason: str = "Something"


def spoil_values(honest: Answer, echo: str) -> Answer:
    """Return the good answer with the secret in the place of some values."""
    text = json.dumps(echo).encode()
    body = honest.body
    for match in reversed(list(JSON_VALUE.finditer(body))[::9]):
        body = body[: match.start(2)] + text + body[match.end(2) :]
    return honest._replace(body=body)


def spoil_lists(honest: Answer, echo: str) -> Answer:
    """Return the good answer with a list, which has the secret as the text that it is, in the place of some values."""
    text = json.dumps([echo, [echo]]).encode()
    matches = list(JSON_VALUE.finditer(honest.body))[4::30]
    body = honest.body
    for match in reversed(matches):
        body = body[: match.start(2)] + text + body[match.end(2) :]
    return honest._replace(body=body)


def add_members(honest: Answer, echo: str) -> Answer:
    """Return the good answer with the secret as the names of members."""
    return honest._replace(body=honest.body.replace(b"{", b"{%b: 1, " % json.dumps(echo).encode(), 2))


def refuse(honest: Answer, echo: str) -> Answer:
    """Return an error that says it."""
    body = json.dumps({"code": echo, "msg": echo, "message": [echo]}).encode()
    return Answer(422, "application/json", honest.headers, body, _make_line(echo))


def answer_page(honest: Answer, echo: str) -> Answer:
    """Return a page of HTML that says it."""
    return Answer(200, "text/html", honest.headers, f"<html><title>{echo}</title>{echo}".encode())


def redirect(_: Answer, echo: str) -> Answer:
    """Return a redirect to it."""
    line = _make_line(echo)
    return Answer(302, "text/plain", (("Location", f"http://127.0.0.1/{line}?{line}"),), b"")


def name_type(honest: Answer, echo: str) -> Answer:
    """Return an answer whose media type says it."""
    return honest._replace(media_type=f"application/json; charset={_make_line(echo)}")


def add_headers(honest: Answer, echo: str) -> Answer:
    """Return an answer that is no JSON, with headers that say it."""
    line = _make_line(echo)
    headers = (
        ("X-Echo", echo.replace("\r", "").replace("\n", "\r\n ")),
        ("Set-Cookie", f"a={line}"),
        ("Retry-After", line),
    )
    return Answer(500, "application/json", (*honest.headers, *headers), b'{"a": "', line)


WAYS: dict[str, Callable[[Answer, str], Answer]] = {
    "values": spoil_values,
    "lists": spoil_lists,
    "members": add_members,
    "errors": refuse,
    "pages": answer_page,
    "redirects": redirect,
    "media types": name_type,
    "headers": add_headers,
}


@contextmanager
def serve_echo(secret: str, texts: list[str], way: str) -> Iterator[str]:
    """Yield the URL of a server that takes the secret for the demo token, and sends back one of the texts after the other."""
    mock = Mock()
    numbers = count()
    token = load_api(API).account["apiToken"].encode()

    def restore(data: bytes) -> bytes:
        for written in (secret, quote(secret, safe=""), quote(secret)):
            data = data.replace(written.encode(), token)
        return data

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = tuple((name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items())
            request = Request(
                method=self.command,
                path=path,
                query=restore(query.encode("latin-1")),
                headers=tuple((name, restore(value)) for name, value in headers),
                body=restore(body),
            )
            response = mock.respond(request)
            honest = Answer(response.status, response.media_type, (), response.body)
            number = next(numbers)
            padding = "p" * PADDING[number % len(PADDING)]
            self.send(WAYS[way](honest, f"{padding} {texts[number % len(texts)]}"))

        def send(self, answer: Answer) -> None:
            self.send_response(answer.status, answer.reason)
            for name, value in (("Content-Type", answer.media_type), *answer.headers):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _make_line(text: str) -> str:
    return text.encode("ascii", "replace").decode().replace("\r", "").replace("\n", " ")
