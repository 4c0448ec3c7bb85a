"""A request as a line for a shell."""

from __future__ import annotations

import sys
from shlex import quote

from lookalike_specs.curl import build_curl_command, build_url

__all__ = ["build_curl_command", "build_signing_line", "build_url"]


def build_signing_line(method: str, api: str, scheme: str, base: str) -> str:
    """A curl line that is signed anew each time it is pasted, from whatever directory."""
    sign = [sys.executable, "-P", "-m", "lookalike", "sign", api, "--scheme", scheme, "--url", base, "--output", "url"]
    return f'curl -s -X {method} "$({" ".join(quote(part) for part in sign)})"'
