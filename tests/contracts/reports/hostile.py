"""A server whose answers hurt whoever prints them, and give away who asked."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote

from lookalike_mocks import Mock, Sandbox
from lookalike_specs.messages import Request, Response

HOSTILE_TEXT = (
    "</script></style></pre><script>alert(1)</script>\"'><img src=x onerror=alert(2)> \x1b[31m\x00 ]]> &amp; "
    "\n::error::injected\r\n```\n# heading\n@octocat [x](javascript:alert(3)) | \u202e\ud800\uffff \\u0041 %0A ${x}"
)


@dataclass
class HostileTarget:
    """Says back what it was told, in every encoding, beside texts that break out of formats."""

    mock: Mock
    sandbox: Sandbox
    url: str = "http://127.0.0.1:8765"

    def send(self, request: Request) -> Response:
        reply = self.mock.respond(request)
        if reply.status != 200 or not request.path.startswith("/1688/global"):
            return reply
        body = json.loads(reply.body)
        body["data"]["page"] = HOSTILE_TEXT + self.encode_query(request)
        body["data"]["sort"] = {"a/b~": self.encode_query(request)}
        for item in body["data"]["items"]:
            item["title"] = [HOSTILE_TEXT]
        headers = ((b"x-told", self.encode_query(request).encode()), (b"x-evil", b"\xff\x1b[2J"))
        return Response(status=200, body=json.dumps(body).encode(), headers=headers)

    def encode_query(self, request: Request) -> str:
        raw = request.query.decode()
        return " ".join((raw, quote(raw), quote(quote(raw)), b64encode(request.query).decode(), json.dumps(raw)))
