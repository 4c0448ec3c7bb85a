"""What the clients beside it share: a deadline, bounded bodies, pauses between attempts, and errors that say their kind."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

MAX_BODY_LENGTH = 8 * 1024 * 1024
MAX_ATTEMPTS = 3
MAX_PAGES = 50
FIRST_PAUSE = 0.2  # seconds, doubled for each attempt
MARGIN = 0.5  # seconds of the caller's timeout that are left to tell of a failure

# httpx writes each URL to its log, and httpcore each header: credentials stand in both
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class SearchError(Exception):
    """A search that failed; the message has no credentials. `may_retry`: the same search may succeed after a pause."""

    def __init__(self, message: str, *, may_retry: bool = False) -> None:
        super().__init__(message)
        self.may_retry = may_retry


class BadCredential(SearchError):
    """The key is wrong, or may not do this."""


class BadSignature(SearchError):
    """The signature, its time or its nonce is wrong."""


class QuotaExceeded(SearchError):
    """The account has used up what it paid for."""


class RateLimited(SearchError):
    """Too many requests at once."""


class BadRequest(SearchError):
    """A parameter is wrong, or the request as a whole."""


class BadImage(SearchError):
    """The picture cannot be had or read."""


class Refused(SearchError):
    """The API refused, and does not say for what kind of reason."""


class Unavailable(SearchError):
    """The server failed, or no whole answer came."""


# what the errors mean, in the words of `lookalike certify`
ERROR_KINDS: dict[str, str | list[str]] = {
    "BadCredential": "credential",
    "BadSignature": "signature",
    "QuotaExceeded": "quota",
    "RateLimited": "rate",
    "BadRequest": ["parameter", "request"],
    "BadImage": "image",
    "Unavailable": ["server", "transport"],
}


def call_api(build_request: Callable[[], httpx.Request], read_body: Callable[[int, Any], Any], timeout: float) -> Any:
    """Send a request, and return what `read_body` makes of status and JSON.

    `build_request` is called, and so signs anew, for each attempt.
    `timeout` (seconds) is for all attempts together. Raise SearchError.
    """
    return asyncio.run(_search_in_time(build_request, read_body, timeout - MARGIN))


async def _search_in_time(
    build_request: Callable[[], httpx.Request], read_body: Callable[[int, Any], Any], timeout: float
) -> Any:
    try:
        # httpx's own timeout is for each read: a server that sends a byte now and then would hold the caller for ever
        async with asyncio.timeout(timeout) as scope, httpx.AsyncClient(timeout=timeout) as client:
            deadline = scope.when() or 0
            for attempt in range(MAX_ATTEMPTS):
                headers = httpx.Headers()
                try:
                    response, body = await _fetch(client, build_request())
                    headers = response.headers
                    return _read(read_body, response.status_code, _parse_json(body))
                except SearchError as error:
                    pause = max(FIRST_PAUSE * 2**attempt, read_pause(headers))
                    is_last = attempt + 1 == MAX_ATTEMPTS
                    # to be told now is better than to wait for an attempt that comes too late
                    if not error.may_retry or is_last or asyncio.get_running_loop().time() + pause >= deadline:
                        raise
                await asyncio.sleep(pause)
    except TimeoutError:
        raise Unavailable(f"no answer within {timeout:g} s") from None


async def _fetch(client: httpx.AsyncClient, request: httpx.Request) -> tuple[httpx.Response, bytes]:
    """Return a response and its body. httpx follows no redirect unless asked, so no key goes to another host."""
    body = bytearray()
    try:
        response = await client.send(request, stream=True)
        async with contextlib.aclosing(response):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BODY_LENGTH:
                    raise Unavailable("the answer is too long")
    except httpx.HTTPError as error:
        # only GET may be repeated where nobody knows what became of the first request
        raise Unavailable(type(error).__name__, may_retry=request.method == "GET") from None
    return response, bytes(body)


def _read(read_body: Callable[[int, Any], Any], status: int, body: Any) -> Any:
    try:
        return read_body(status, body)
    except (AttributeError, KeyError, TypeError) as error:
        # such as a list without its goods: an empty result would be a lie
        raise Unavailable(f"the answer is not as documented: {type(error).__name__}: {error}") from None


def _parse_json(body: bytes) -> Any:
    try:
        answer = json.loads(body)
    except ValueError:
        raise Unavailable("the answer is no JSON") from None
    if not isinstance(answer, dict):
        raise Unavailable("the answer is no JSON object")
    return answer


def collect_pages(search_page: Callable[[int, float], dict[str, Any]], timeout: float) -> dict[str, Any]:
    """Return the goods of all pages, each once. `search_page` gets the page, from 1, and the seconds that are left.

    The end is a page without anything new, as a server may give its last page again and again, or the total of the
    answer. A short page is not the end: a product may have been taken off. Raise SearchError.
    """
    deadline = time.monotonic() + timeout
    items: dict[Any, dict[str, Any]] = {}
    for page in range(1, MAX_PAGES + 1):
        result = search_page(page, deadline - time.monotonic())
        count_before = len(items)
        for item in result["items"]:
            items.setdefault(item["id"], item)
        # each answer's own total: it may change while the pages are read
        if len(items) == count_before or len(items) >= result.get("total", float("inf")):
            break
    return {"items": list(items.values())}


def read_pause(headers: httpx.Headers) -> float:
    """Return how many seconds the answer asks to wait; 0 where it does not say."""
    milliseconds = headers.get("x-acs-retry-after", "")
    if milliseconds.isdecimal():
        return int(milliseconds) / 1000
    text = headers.get("retry-after", "")
    if text.isdecimal():
        return float(text)
    try:
        # such as `Tue, 01 Dec 2026 01:35:10 GMT`
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
