"""An exchange as people see it: as text, not endless, and without secrets."""

from __future__ import annotations

from base64 import b64encode
from codecs import getincrementaldecoder
from typing import Final

from lookalike_specs import curl
from lookalike_specs.wire import RawHeaders

from ..journal import Entry
from ..redact import redacted
from ..sandbox import Sandbox
from . import answers

MOST_BYTES: Final = 16 * 1024


class Showcase:
    """Shows the exchanges of one sandbox, whose APIs are at `base`; the control token is a secret too."""

    def __init__(self, sandbox: Sandbox, base: str, token: str) -> None:
        self._sandbox, self._base, self._token = sandbox, base, token.encode()

    def exchange(self, number: int, entry: Entry) -> answers.Exchange:
        """One exchange."""
        sizes = len(entry.request.body), len(entry.reply.body)
        shown = redacted(entry, self._sandbox, (self._token,), MOST_BYTES)
        request, reply = shown.request, shown.reply
        asked, answered = _body(request.body, sizes[0]), _body(reply.body, sizes[1])
        named = (b"content-type", reply.media_type.encode())
        return answers.Exchange(
            number=number,
            at=entry.at,
            api=entry.api,
            situation=entry.situation,
            near=shown.near,
            request=answers.Asked(request.method, curl.url(request, ""), _headers(request.headers), asked),
            reply=answers.Answered(reply.status, _headers((named, *reply.headers)), answered),
            curl=None if asked.cut or asked.text is None else curl.line(request, f"{self._base}/{entry.api}"),
        )


def _headers(headers: RawHeaders) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _body(data: bytes, size: int) -> answers.Body:
    """The first bytes of a body that had that size."""
    cut = size > MOST_BYTES
    try:
        # what was cut may end in the middle of a character
        return answers.Body(size, text=getincrementaldecoder("utf-8")().decode(data, not cut), cut=cut)
    except UnicodeDecodeError:
        return answers.Body(size, base64=b64encode(data).decode("ascii"), cut=cut)
