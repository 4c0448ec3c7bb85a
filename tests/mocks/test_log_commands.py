"""What a request sends makes no command of a CI's agent out of a line of the log, and nothing that a terminal obeys."""

from __future__ import annotations

import re

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.log_format import create_json_format, create_text_format
from lookalike_mocks.request_log import LogRecord
from lookalike_specs.messages import Request

TEXTS = (
    "##vso[task.setvariable variable=PATH]evil", "##[error]x", "##teamcity[x]", "\n::error::x", "\r\n::stop-commands::x", "\x1b[2J",
    "\u202e\u2066evil", "section_start:123:a\r\x1b[0K", "\x9b31m", "\x85::error::x", "\u200b",
)  # fmt: skip
OBEYED = re.compile("##[a-z.]*\\[|section_start:\\d|[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200b]")


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_line_of_the_log_is_no_command(text: str, *, as_json: bool) -> None:
    mock = Mock("tmapi")
    create = create_json_format(mock) if as_json else create_text_format(mock, is_colored=False)
    query = f"img_url={text}&apiToken={text}".encode()
    for request in (
        Request(method="GET", path=f"/{text}"),
        Request(method=text, path="/1688/global/search/image"),
        Request(method="GET", path="/1688/global/search/image", query=query, headers=((b"prefer", text.encode()),)),
    ):
        mock.respond(request)
    entries = list(mock.sandboxes.demo.journal.entries)
    assert len(entries) == 3
    for entry in entries:
        line = create.format_special(LogRecord(0.0, entry, 0.1, entry.why))
        assert OBEYED.findall(line) == []
        assert not line.lstrip().startswith("::")
