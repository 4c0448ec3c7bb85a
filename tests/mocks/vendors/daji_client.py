"""What the tests of Daji's APIs share: signed requests, answers held to the spec, and which error one is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from lookalike_mocks import Mock
from lookalike_specs import load_api
from lookalike_specs.messages import Pairs, Request, Response
from lookalike_specs.signing import daji

from .documented import create_validators

Body = dict[str, Any]
HOST_HEADER = (b"host", b"openapi.dajisaas.com")
FORM_MEDIA_TYPE, MULTIPART_MEDIA_TYPE = "application/x-www-form-urlencoded", "multipart/form-data; boundary=XX"
# the variants that speak of uploads alone; test_daji_upload tries them
UPLOAD_VARIANTS = ("upload-parameter", "image-limit", "base64-prefix")


@dataclass(frozen=True)
class DajiClient:
    """A caller of one operation; `plain` is what a good request of it holds."""

    api: str
    path: str
    default_values: Mapping[str, Any]
    mock: Mock
    method: str = "get"

    def sign_pairs(self, key: str, sent: Body) -> Pairs:
        """What is sent, signed; None leaves a parameter out."""
        accounts = load_api(self.api).root.accounts
        account = accounts.get(key, {**accounts["demo"], "appKey": key})
        values = {"appKey": account["appKey"], **self.default_values, **sent}
        pairs = tuple((name, str(value)) for name, value in values.items() if value is not None)
        return (*pairs, ("sign", daji.compute_signature(pairs, account["appSecret"])))

    def build_get(self, key: str = "demo", /, **sent: Any) -> Request:
        """A signed request by GET."""
        return Request(
            method="GET", path=self.path, query=urlencode(self.sign_pairs(key, sent)).encode(), headers=(HOST_HEADER,)
        )

    def build_post(self, key: str = "demo", content_type: str = FORM_MEDIA_TYPE, /, **sent: Any) -> Request:
        """A signed request by POST."""
        pairs = self.sign_pairs(key, sent)
        body = urlencode(pairs).encode() if content_type == FORM_MEDIA_TYPE else encode_multipart(pairs)
        return Request(
            method="POST", path=self.path, headers=(HOST_HEADER, (b"content-type", content_type.encode())), body=body
        )

    def decode_body(self, reply: Response) -> Body:
        """The body, valid by the API's own spec."""
        body: Body = msgspec.json.decode(reply.body)
        errors = create_validators(self.api, self.path, self.method)[reply.status].iter_errors(body)
        assert not [error.message for error in errors]
        return body

    def send_request(self, request: Request, mock: Mock | None = None) -> Body:
        """`data` of an answer that went well."""
        reply = (mock or self.mock).respond(request)
        body = self.decode_body(reply)
        assert (reply.status, body["code"], body["message"]) == (200, 200, "操作成功"), body
        return body["data"]

    def fetch_data(self, mock: Mock | None = None, key: str = "demo", /, **sent: Any) -> Body:
        """`data` of the answer to a request by GET."""
        return self.send_request(self.build_get(key, **sent), mock)

    def identify_error(self, reply: Response) -> str:
        """The error of the catalogue that an answer is."""
        body, errors = self.decode_body(reply), load_api(self.api).root.errors
        fitting = [
            name
            for name, error in errors.items()
            if reply.status == error.status and body["message"] == error.message.replace("{method}", "GET")
        ]
        assert len(fitting) == 1, body
        assert body.get("code", body.get("status")) == errors[fitting[0]].code
        return fitting[0]


def encode_multipart(pairs: Pairs, boundary: str = "XX") -> bytes:
    """Fields as a browser or an HTTP library frames them."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()
