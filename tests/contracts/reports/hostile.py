"""A server whose answers hurt whoever prints them, and give away who asked."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote

from lookalike_mocks import Mock, Sandbox
from lookalike_specs.wire import Reply, Request

TEXT = (
    "</script></style></pre><script>alert(1)</script>\"'><img src=x onerror=alert(2)> \x1b[31m\x00 ]]> &amp; "
    "\n::error::injected\r\n```\n# heading\n@octocat [x](javascript:alert(3)) | \u202e\ud800\uffff \\u0041 %0A ${x}"
)


@dataclass
class Hostile:
    """Says back what it was told, in every encoding, beside texts that break out of formats."""

    mock: Mock
    sandbox: Sandbox
    url: str = "http://127.0.0.1:8765"

    def send(self, request: Request) -> Reply:
        reply = self.mock.answer(request)
        if reply.status != 200 or not request.path.startswith("/1688/global"):
            return reply
        body = json.loads(reply.body)
        body["data"]["page"] = TEXT + self.told(request)
        body["data"]["sort"] = {"a/b~": self.told(request)}
        for item in body["data"]["items"]:
            item["title"] = [TEXT]
        headers = ((b"x-told", self.told(request).encode()), (b"x-evil", b"\xff\x1b[2J"))
        return Reply(status=200, body=json.dumps(body).encode(), headers=headers)

    def told(self, request: Request) -> str:
        raw = request.query.decode()
        return " ".join((raw, quote(raw), quote(quote(raw)), b64encode(request.query).decode(), json.dumps(raw)))
