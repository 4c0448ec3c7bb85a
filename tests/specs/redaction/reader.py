"""Somebody who knows the encodings, and no code of ours."""

import html
import json
from base64 import b64decode, urlsafe_b64decode
from contextlib import suppress
from urllib.parse import unquote, unquote_plus


def is_secret_readable(secret: str, text: str, depth: int = 1) -> bool:
    """Whether the secret can be read in a text."""
    texts = {text}
    for _ in range(depth + 1):
        if any(secret in text for text in texts):
            return True
        texts = {read for text in texts for read in decode_all(text)}
    return False


def decode_all(text: str) -> set[str]:
    readings = {unquote(text), unquote_plus(text), html.unescape(text)}
    with suppress(ValueError):
        readings.add(json.loads(f'"{text}"'))
    for start in range(min(len(text), 20)):
        for decode in (b64decode, urlsafe_b64decode):
            with suppress(ValueError):
                readings.add(decode(text[start:] + "==").decode("utf-8", "replace"))
    return readings
