"""An exchange as people see it: as text, not endless, and without secrets."""

from __future__ import annotations

from base64 import b64encode
from codecs import getincrementaldecoder
from typing import Final

from lookalike_specs import curl
from lookalike_specs.wire import RawHeaders

from ..journal import JournalEntry
from ..redact import redact_entry
from ..sandbox import Sandbox
from . import answers

MAX_SHOWN_BYTES: Final = 16 * 1024


class JournalRenderer:
    """Shows the exchanges of one sandbox, whose APIs are at `base`; the control token is a secret too."""

    def __init__(self, sandbox: Sandbox, base: str, token: str) -> None:
        self._sandbox, self._base, self._token = sandbox, base, token.encode()

    def render_exchange(self, number: int, entry: JournalEntry) -> answers.ExchangeView:
        """One exchange."""
        sizes = len(entry.request.body), len(entry.response.body)
        shown = redact_entry(entry, self._sandbox, (self._token,), MAX_SHOWN_BYTES)
        request, reply = shown.request, shown.response
        asked, answered = _render_body(request.body, sizes[0]), _render_body(reply.body, sizes[1])
        named = (b"content-type", reply.media_type.encode())
        return answers.ExchangeView(
            number=number,
            timestamp=entry.timestamp,
            api=entry.api,
            situation=entry.situation,
            near_miss=shown.near_miss,
            request=answers.RequestView(request.method, curl.build_url(request, ""), _decode_headers(request.headers), asked),
            response=answers.ResponseView(reply.status, _decode_headers((named, *reply.headers)), answered),
            curl=None if asked.truncated or asked.text is None else curl.build_curl_command(request, f"{self._base}/{entry.api}"),
        )


def _decode_headers(headers: RawHeaders) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _render_body(data: bytes, size: int) -> answers.BodyView:
    """The first bytes of a body that had that size."""
    cut = size > MAX_SHOWN_BYTES
    try:
        # what was cut may end in the middle of a character
        return answers.BodyView(size, text=getincrementaldecoder("utf-8")().decode(data, not cut), truncated=cut)
    except UnicodeDecodeError:
        return answers.BodyView(size, base64=b64encode(data).decode("ascii"), truncated=cut)
