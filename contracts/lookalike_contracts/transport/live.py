"""Who may be asked: anybody, but a vendor's own hosts only when that is said, and only so often."""

from __future__ import annotations

import ssl
from pathlib import Path

from lookalike_specs import list_api_ids, load_api

from .client import DEFAULT_TIMEOUT, HttpClient
from .exceptions import BadBaseUrl, BadRequestBudget, LiveHostNotAllowed
from .url import parse_base_url


def create_http_client(  # noqa: PLR0913 - each is an option of the command line
    url: str,
    *,
    live: bool = False,
    budget: int | None = None,
    rate: float = 0.0,
    deadline: float = DEFAULT_TIMEOUT,
    ca: Path | None = None,
) -> HttpClient:
    """The server at a base URL, for all APIs of a run: they share the budget.

    `budget` is how many requests may be sent in all, `rate` how many a second, 0 for as many as it can take; `ca` is a
    file with certificates to trust. Raises BadUrl, LiveHost, NoBudget; OSError for a `ca` that cannot be read.
    """
    host = parse_base_url(url).host
    if vendor := find_vendor_api(host):
        if not live:
            raise LiveHostNotAllowed(host, vendor)
        if budget is None:
            raise BadRequestBudget(budget)
    if budget is not None and budget < 1:
        raise BadRequestBudget(budget)
    if ca is not None and parse_base_url(url).scheme != "https":
        raise BadBaseUrl("is not https, where a certificate would count")
    context = ssl.create_default_context(cafile=ca) if ca is not None else None
    return HttpClient(url, timeout=deadline, ssl_context=context, max_requests=budget, rate=rate)


def find_vendor_api(host: str) -> str:
    """The API whose vendor a host belongs to, "" for nobody's: their domains with all that is below them."""
    labels = host.lower().rstrip(".").split(".")
    for api in list_api_ids():
        for known in load_api(api).hosts:
            # the last two: they have more hosts than their documents name, one for each region
            if labels[-2:] == known.split(".")[-2:]:
                return api
    return ""
