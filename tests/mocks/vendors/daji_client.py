"""What the tests of Daji's APIs share: signed requests, answers held to the spec, and which error one is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from lookalike_mocks import Mock
from lookalike_specs import load
from lookalike_specs.signing import daji
from lookalike_specs.wire import Pairs, Reply, Request

from .documented import validators

Body = dict[str, Any]
HOST = (b"host", b"openapi.dajisaas.com")
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=XX"
# the variants that speak of uploads alone; test_daji_upload tries them
OF_UPLOADS = ("upload-parameter", "picture-limit", "base64-prefix")


@dataclass(frozen=True)
class Client:
    """A caller of one operation; `plain` is what a good request of it holds."""

    api: str
    path: str
    plain: Mapping[str, Any]
    mock: Mock
    method: str = "get"

    def pairs(self, key: str, sent: Body) -> Pairs:
        """What is sent, signed; None leaves a parameter out."""
        accounts = load(self.api).root.accounts
        account = accounts.get(key, {**accounts["demo"], "appKey": key})
        values = {"appKey": account["appKey"], **self.plain, **sent}
        pairs = tuple((name, str(value)) for name, value in values.items() if value is not None)
        return (*pairs, ("sign", daji.sign(pairs, account["appSecret"])))

    def request(self, key: str = "demo", /, **sent: Any) -> Request:
        """A signed request by GET."""
        return Request(method="GET", path=self.path, query=urlencode(self.pairs(key, sent)).encode(), headers=(HOST,))

    def posted(self, key: str = "demo", content_type: str = FORM, /, **sent: Any) -> Request:
        """A signed request by POST."""
        pairs = self.pairs(key, sent)
        body = urlencode(pairs).encode() if content_type == FORM else multipart(pairs)
        return Request(
            method="POST", path=self.path, headers=(HOST, (b"content-type", content_type.encode())), body=body
        )

    def checked(self, reply: Reply) -> Body:
        """The body, valid by the API's own spec."""
        body: Body = msgspec.json.decode(reply.body)
        errors = validators(self.api, self.path, self.method)[reply.status].iter_errors(body)
        assert not [error.message for error in errors]
        return body

    def answer(self, request: Request, mock: Mock | None = None) -> Body:
        """`data` of an answer that went well."""
        reply = (mock or self.mock).answer(request)
        body = self.checked(reply)
        assert (reply.status, body["code"], body["message"]) == (200, 200, "操作成功"), body
        return body["data"]

    def ask(self, mock: Mock | None = None, key: str = "demo", /, **sent: Any) -> Body:
        """`data` of the answer to a request by GET."""
        return self.answer(self.request(key, **sent), mock)

    def error_of(self, reply: Reply) -> str:
        """The error of the catalogue that an answer is."""
        body, errors = self.checked(reply), load(self.api).root.errors
        fitting = [
            name
            for name, error in errors.items()
            if reply.status == error.status and body["message"] == error.message.replace("{method}", "GET")
        ]
        assert len(fitting) == 1, body
        assert body.get("code", body.get("status")) == errors[fitting[0]].code
        return fitting[0]


def multipart(pairs: Pairs, boundary: str = "XX") -> bytes:
    """Fields as a browser or an HTTP library frames them."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()
