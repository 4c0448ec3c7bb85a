"""Secrets that a text mentions by name, or in a URL, wherever the text stands: in a value, in a header, in a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from lookalike_specs.percent_decode import percent_decode

from .decoders import ESCAPE_DECODERS
from .redactor import iter_readings

# What is behind that is found where it stands in the place of a secret, and not where a text mentions it.
MAX_SCANNED_BYTES: Final = 32 * 1024
# a URL in a query, which is in a query itself
MAX_LAYERS: Final = 2
# `name=value`, `name: value`, `"name": "value"`, `'name' => 'value'`, and escaped quotes. A name begins where no letter
# is in front of it, and is taken whole (`+`), so that a text of nothing but letters is read once. The value is looked at
# ahead, as it may have the next name in it: `url=https://host/?token=…`.
ASSIGNMENT: Final = re.compile(
    rb"(?<![A-Za-z0-9_.-])([A-Za-z][A-Za-z0-9_.-]{1,63}+)(?:\\?[\"'])?[ \t]{0,3}(?:=>?|:)[ \t]{0,3}(?:\\?[\"'])?"
    rb"(?=([^\s\"'&<>,;#?\\]{8,512}))"
)
# `Authorization: Bearer eyJh…`, `-H 'authorization: Basic …'`; `Bearer` alone where no prose goes on so
AUTHORIZATION: Final = re.compile(
    rb"authorization(?:\\?[\"'])?[ \t]{0,3}[:=][ \t]{0,3}(?:\\?[\"'])?[A-Za-z][A-Za-z0-9-]{1,30}[ +]([^\s\"'&<>,;#\\]{8,})"
    rb"|\bbearer[ +]([A-Za-z0-9._~+/-]{16,}=*)",
    re.IGNORECASE,
)
# `https://name:password@host`
USER_INFO: Final = re.compile(rb"://([^\s/?#@\"'<>\\]{1,500})@")


def find_mentions(text: bytes, is_secret_name: Callable[[bytes], bool]) -> Iterator[bytes]:
    """Yield the values that a text has behind names of secrets, and what stands before the host of a URL."""
    for reading in iter_readings(text[:MAX_SCANNED_BYTES], ESCAPE_DECODERS, MAX_LAYERS):
        for match in ASSIGNMENT.finditer(reading.text):
            name, value = match.groups()
            if is_secret_name(name):
                yield value
                # in a path, it ends where the next segment begins
                yield value.partition(b"/")[0]
        for match in AUTHORIZATION.finditer(reading.text):
            yield match[1] or match[2]
        for match in USER_INFO.finditer(reading.text):
            yield from _split_user_info(match[1])


def _split_user_info(user_info: bytes) -> Iterator[bytes]:
    """Yield the whole, as a password may be short, and both parts, as some put a token in the place of the name."""
    for part in (user_info, *user_info.split(b":", 1)):
        yield part
        yield percent_decode(part)
