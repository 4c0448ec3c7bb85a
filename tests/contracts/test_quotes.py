"""What a message quotes of a long text has no secret in it that was cut in two."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lookalike_contracts.quotes import COVERED, cover_quotes, note_request, shorten_middle, shorten_quote
from lookalike_contracts.responses.foreign import describe_foreign_response
from lookalike_contracts.responses.values import show_value
from lookalike_specs.messages import Request, Response
from lookalike_specs.redaction import Redactor

from ..specs.redaction.test_redactor import ALL_ENCODINGS

SECRET = "c4nary-Kq8z+T4mNx7Vb2Lw9"
REQUEST = Request(method="GET", path="/")


def read_title(text: str) -> str:
    body = f"<html><title>{text}</title>".encode()
    return describe_foreign_response(REQUEST, Response(status=200, body=body))


def follow_redirect(text: str) -> str:
    headers = ((b"location", text.encode("latin-1", "replace")),)
    return describe_foreign_response(REQUEST, Response(status=302, body=b"", headers=headers))


QUOTES: dict[str, Callable[[str], str]] = {
    "the beginning": lambda text: shorten_quote(text, 60),
    "both ends": lambda text: shorten_middle(text, 120),
    "a value": lambda text: show_value(text, 60),
    "a list": lambda text: show_value([text, {text: text}], 60),
    "a title": read_title,
    "a redirect": follow_redirect,
}


@pytest.mark.exhaustive(60)
@pytest.mark.parametrize("quote", QUOTES)
@pytest.mark.parametrize("name", ALL_ENCODINGS)
def test_a_quote_is_not_cut_through_a_secret(quote: str, name: str) -> None:
    encoded = ALL_ENCODINGS[name](SECRET)
    piece_length = int(len(encoded) * 0.55)
    for before in (0, 7, 25, 34, 50):
        # longer than any of the quotes, so that all of them cut
        text = f"{'p' * before} {encoded} {'q' * 200} {encoded} {'r' * before}"
        with cover_quotes(Redactor([SECRET.encode()])):
            quoted = QUOTES[quote](text)
        assert encoded[:piece_length] not in quoted
        assert encoded[-piece_length:] not in quoted


def test_what_is_no_secret_is_cut_as_it_is() -> None:
    with cover_quotes(Redactor([SECRET.encode()])):
        assert shorten_quote("a" * 61, 60) == "a" * 60 + "…"
        assert shorten_quote("a" * 60, 60) == "a" * 60
        assert shorten_middle("a" * 60 + "b" * 61, 120) == "a" * 60 + " … " + "b" * 60
        assert show_value(["a" * 70], 60) == "['" + "a" * 58 + "…"
        assert shorten_quote(SECRET * 3, 60) == "***…"


def test_without_a_run_nothing_is_covered() -> None:
    assert shorten_quote(SECRET * 3, 60) == (SECRET * 3)[:60] + "…"


def test_a_signature_that_was_sent_is_covered_as_well() -> None:
    signature = "5d41402abc4b2a76b9719d911017c592"
    with cover_quotes(Redactor([])):
        note_request(Request(method="GET", path="/", query=f"sign={signature}".encode()))
        assert shorten_quote(f"you sent {signature}", 20) == "you sent ***…"


def test_of_a_text_that_is_all_secrets_the_end_is_not_shown() -> None:
    """Where so much is covered, what is left may begin within one."""
    with cover_quotes(Redactor([SECRET.encode()])):
        assert shorten_middle("p" * 70 + SECRET * 1000, 120).endswith(f" … {COVERED}")
