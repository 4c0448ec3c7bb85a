"""A curl line has every header but those that curl writes itself."""

import pytest

from lookalike_specs.curl import build_curl_command
from lookalike_specs.messages import FRAMING_HEADERS, Request


@pytest.mark.parametrize("name", sorted(FRAMING_HEADERS))
def test_what_curl_says_by_itself_is_left_out(name: bytes) -> None:
    request = Request(method="GET", path="/a", headers=((name, b"1"), (b"x-own", b"1")))
    assert build_curl_command(request, "http://localhost/") == "curl -s -H 'x-own: 1' http://localhost/a"


def test_which_headers_those_are() -> None:
    assert sorted(FRAMING_HEADERS) == [b"connection", b"content-length", b"host", b"transfer-encoding"]
