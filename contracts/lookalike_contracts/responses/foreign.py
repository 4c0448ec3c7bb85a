"""Responses that no API wrote: redirects, HTML pages, what proxies say, and nothing at all.

They mean that the address is another one, or that something stands in front of the server. Whoever reads of "the error that
is most like it" instead looks for the mistake in the wrong place.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final
from urllib.parse import quote, urlsplit

from lookalike_specs.messages import Request, Response, is_json

from ..quotes import cover_quote, shorten_quote

HTML_MEDIA_TYPES: Final = ("text/html", "application/xhtml+xml")
HTML_START: Final = re.compile(rb"\s*<(!doctype html|html)[\s>]", re.IGNORECASE)
TITLE: Final = re.compile(rb"<title[^>]*>(.{0,500}?)</title>", re.IGNORECASE | re.DOTALL)
# where a title is looked for; a page may be megabytes long
TITLE_BYTES: Final = 4096
MAX_SHOWN_LENGTH: Final = 60
BAD_GATEWAY: Final = 502
SERVICE_UNAVAILABLE: Final = 503
GATEWAY_TIMEOUT: Final = 504
TOO_MANY_REQUESTS: Final = 429
# what each of them means by RFC 9110, 15.6, when no API but a proxy says it
GATEWAY_MEANINGS: Final = {
    BAD_GATEWAY: "the server behind it gave no answer",
    SERVICE_UNAVAILABLE: "the server behind it is too busy, or down",
    GATEWAY_TIMEOUT: "the server behind it took too long",
}


def describe_foreign_response(request: Request, response: Response) -> str:
    """Return what a response is, `HTTP 301, which redirects to …`; "" where an API may have written it.

    `request` is what it answers. Only responses that are nothing of what the document has may be asked about: an API may
    well document a page of HTML.
    """
    status = f"HTTP {response.status}"
    location = _read_location(response)
    if location:
        return f"{status}, which redirects to {shorten_quote(_remove_query(location), MAX_SHOWN_LENGTH)}"
    if describe_gateway_refusal(response):
        return f"{status} of a proxy: {GATEWAY_MEANINGS[response.status]}"
    if is_html(response):
        title = _read_title(response.body)
        named = f" called {title!r}" if title else ""
        return f"{status} with an HTML page{named}"
    if not response.body and request.method != "HEAD":
        return f"{status} with an empty body"
    return ""


def describe_gateway_refusal(response: Response) -> str:
    """Return why a proxy, and not the API, answers; "" where the API may have answered itself.

    APIs answer in JSON or XML. nginx, Envoy and load balancers have a page or a line of text for these statuses.
    """
    if response.status not in GATEWAY_MEANINGS:
        return ""
    media_type = response.media_type.partition(";")[0].strip().lower()
    if response.body and (is_json(media_type) or media_type.endswith("xml")) and not is_html(response):
        return ""
    return f"a proxy answers HTTP {response.status}: {GATEWAY_MEANINGS[response.status]}"


def is_html(response: Response) -> bool:
    """Return whether the body is a page for people, by its media type or by how it begins."""
    media_type = response.media_type.partition(";")[0].strip().lower()
    return media_type in HTML_MEDIA_TYPES or HTML_START.match(response.body) is not None


def describe_move(request: Request, response: Response) -> str:
    """Return where the same path is asked for, `redirects to https://…; use that address`; "" for any other response.

    Servers answer so to whoever forgot "https", "www" or a slash. A redirect to another path, such as `/login`, is an
    answer of the API, and is judged as one.
    """
    location = _remove_query(_read_location(response))
    if not location or not _is_same_path(urlsplit(location).path, quote(request.path, safe="/*")):
        return ""
    # "https://api.example/v1" of "https://api.example/v1/search": that is what `--url` takes
    if location.endswith(request.path) and urlsplit(location).netloc:
        location = location.removesuffix(request.path)
    return f"redirects to {shorten_quote(location, MAX_SHOWN_LENGTH)}; use that address"


def _is_same_path(path: str, requested: str) -> bool:
    """Return whether a redirect leads to the requested path, perhaps with a slash more, or below a prefix."""
    end = requested.rstrip("/")
    if not end:
        return path in ("", "/")
    return path.rstrip("/").endswith(end)


def _read_location(response: Response) -> str:
    if not 300 <= response.status < 400:
        return ""
    for key, value in response.headers:
        if key.lower() == b"location":
            return value.decode("latin-1")
    return ""


def _remove_query(location: str) -> str:
    # the query of the request, credentials and all, often comes back in it
    return location.partition("?")[0].partition("#")[0]


def _read_title(body: bytes) -> str:
    match = TITLE.search(body[:TITLE_BYTES])
    if match is None:
        return ""
    title = cover_quote(unescape(match[1].decode("utf-8", "replace")))
    return shorten_quote(" ".join(title.split()), MAX_SHOWN_LENGTH)
