"""What is held of a client that reads all pages: that it comes to the end, and not past it, and gives each product once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lookalike_specs.invariants import resolve_choice
from lookalike_specs.provenance import Source

from .case import ClientOutcome
from .checks import RECORDED
from .registry import ClientFinding, client_check
from .served_items import ServedPage, find_last_page, iter_served_pages, list_item_ids

# of pages without a new product: whoever knows no total has to ask for one to see that there are no more
MAX_BARREN_PAGES: Final = 1
NO_TOTAL: Final = Source("invented", "no answer of this API says how many goods there are")


@client_check(
    "pages/complete",
    summary="A client that reads all pages comes to the last one.",
    rationale="Goods that were never asked for are missed by nobody until somebody counts.",
    remediation="Ask until there are as many goods as the answer's total, or a page is empty; a short page is not the end.",
    since=1,
)
def check_complete(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Count the goods of the pages that the client asked for."""
    if outcome.case.task != "search-all" or outcome.response is None or outcome.response.error is not None:
        return
    page = find_last_page(outcome)
    if page is None or outcome.response.unsupported is not None:
        return
    ids = _list_unique_ids(outcome)
    if len(ids) < outcome.item_count:
        message = f"the client stopped with {len(ids)} of {outcome.item_count} goods, though there were more pages"
        yield ClientFinding(message, _find_end_source(outcome, page))


@client_check(
    "pages/end",
    summary="A client that reads all pages stops at the end.",
    rationale="A server may give the last page again and again: a client that waits for an empty one never ends.",
    remediation="Stop at the answer's total, and at a page without a new product.",
    since=1,
)
def check_end(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Count the pages that had no new product."""
    if outcome.case.task != "search-all":
        return
    seen: set[frozenset[str]] = set()
    barren_count = 0
    for page in iter_served_pages(outcome):
        ids = set(list_item_ids(page))
        if ids <= seen:
            barren_count += 1
        seen |= ids
    last_page = find_last_page(outcome)
    if last_page is not None and barren_count > MAX_BARREN_PAGES:
        # not how many: a client without an end asks as often as its time allows
        message = f"the client asked for more than {MAX_BARREN_PAGES} page that had nothing new"
        yield ClientFinding(message, _find_end_source(outcome, last_page))


@client_check(
    "pages/items",
    summary="A client that reads all pages gives each product of them, once, in their order.",
    rationale="A product that is there twice is counted, bought or shown twice.",
    remediation="Put the pages' goods one after the other, and leave out what was there already.",
    since=1,
)
def check_all_items(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Compare the ids with those of all pages that the client got."""
    response = outcome.response
    if outcome.case.task != "search-all" or response is None or response.items is None:
        return
    expected = _list_unique_ids(outcome)
    ids = [str(item.id) for item in response.items]
    if len(set(ids)) < len(ids):
        yield ClientFinding("the client gave a product more than once", RECORDED)
    elif len(ids) != len(expected):
        yield ClientFinding(f"the pages have {len(expected)} goods, and the client gave {len(ids)}", RECORDED)
    else:
        for position, (item_id, possible_ids) in enumerate(zip(ids, expected, strict=True), start=1):
            if item_id not in possible_ids:
                message = f"product {position} is {min(possible_ids)!r} in the pages, and the client gave {item_id!r}"
                yield ClientFinding(message, RECORDED)
                return


def _list_unique_ids(outcome: ClientOutcome) -> list[frozenset[str]]:
    """Return the ids of the goods of all pages, each once, in the order in which they came."""
    ids: dict[frozenset[str], None] = {}
    for page in iter_served_pages(outcome):
        ids.update(dict.fromkeys(list_item_ids(page)))
    return list(ids)


def _find_end_source(outcome: ClientOutcome, page: ServedPage) -> Source:
    """Return who says how many goods there are: without a total, a client cannot know, and nothing is held against it."""
    paging = page.operation.extension.invariants.paging
    if paging is None or not resolve_choice(paging.total, outcome.variants) or paging.x_provenance is None:
        return NO_TOTAL
    stated = paging.x_provenance
    return stated.keywords.get("total", Source(stated.kind, stated.source))
