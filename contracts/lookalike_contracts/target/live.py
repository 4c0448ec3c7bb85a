"""Who may be asked: anybody, but a vendor's own hosts only when that is said, and only so often."""

from __future__ import annotations

import ssl
from pathlib import Path

from lookalike_specs import ids, load

from .errors import BadUrl, LiveHost, NoBudget
from .http import DEADLINE, Http
from .origin import origin


def target(  # noqa: PLR0913 - each is an option of the command line
    url: str,
    *,
    live: bool = False,
    budget: int | None = None,
    rate: float = 0.0,
    deadline: float = DEADLINE,
    ca: Path | None = None,
) -> Http:
    """The server at a base URL, for all APIs of a run: they share the budget.

    `budget` is how many requests may be sent in all, `rate` how many a second, 0 for as many as it can take; `ca` is a
    file with certificates to trust. Raises BadUrl, LiveHost, NoBudget; OSError for a `ca` that cannot be read.
    """
    host = origin(url).host
    if vendor := owner(host):
        if not live:
            raise LiveHost(host, vendor)
        if budget is None:
            raise NoBudget(budget)
    if budget is not None and budget < 1:
        raise NoBudget(budget)
    if ca is not None and origin(url).scheme != "https":
        raise BadUrl("is not https, where a certificate would count")
    context = ssl.create_default_context(cafile=ca) if ca is not None else None
    return Http(url, deadline=deadline, context=context, budget=budget, rate=rate)


def owner(host: str) -> str:
    """The API whose vendor a host belongs to, "" for nobody's: their domains with all that is below them."""
    labels = host.lower().rstrip(".").split(".")
    for api in ids():
        for known in load(api).hosts:
            # the last two: they have more hosts than their documents name, one for each region
            if labels[-2:] == known.split(".")[-2:]:
                return api
    return ""
