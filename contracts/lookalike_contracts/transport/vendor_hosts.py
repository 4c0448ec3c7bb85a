"""Who may be asked: anybody, but a vendor's own hosts only when that is said, and only so often."""

from __future__ import annotations

import ssl
from pathlib import Path

from lookalike_specs import load_api
from lookalike_specs.registry import find_sources

from .client import DEFAULT_TIMEOUT, HttpClient
from .exceptions import BadBaseUrl, BadRequestBudget, LiveHostNotAllowed
from .url import parse_base_url


def create_http_client(  # noqa: PLR0913 - each is an option of the command line
    url: str,
    *,
    live: bool = False,
    max_requests: int | None = None,
    rate: float = 0.0,
    timeout: float = DEFAULT_TIMEOUT,
    ca: Path | None = None,
) -> HttpClient:
    """Return a client of the server at a base URL. All APIs of a run share it, and its number of requests.

    `max_requests` is how many requests may be sent in all, `rate` how many a second, 0 for as many as the server can take;
    `timeout` is in seconds, for each request; `ca` is a file with certificates to trust. Raise BadBaseUrl,
    LiveHostNotAllowed, BadRequestBudget; OSError for a `ca` that cannot be read.
    """
    base_url = parse_base_url(url)
    vendor = find_vendor_api(base_url.host)
    if vendor and not live:
        raise LiveHostNotAllowed(base_url.host, vendor)
    if vendor and max_requests is None:
        raise BadRequestBudget(max_requests)
    if max_requests is not None and max_requests < 1:
        raise BadRequestBudget(max_requests)
    context = None
    if ca is not None:
        if base_url.scheme != "https":
            raise BadBaseUrl("is not https, where a certificate would count")
        context = ssl.create_default_context(cafile=ca)
    return HttpClient(url, timeout=timeout, ssl_context=context, max_requests=max_requests, rate=rate)


def find_vendor_api(host: str) -> str:
    """Return the API whose vendor a host belongs to, "" for nobody's: their domains with all that is below them."""
    labels = host.lower().rstrip(".").split(".")
    # those of documents that a caller named have hosts of their own, too
    for api in find_sources():
        for vendor_host in load_api(api).hosts:
            # the last two labels: vendors have more hosts than their documents name, one for each region
            if labels[-2:] == vendor_host.split(".")[-2:]:
                return api
    return ""
