"""What is held of a client whose answers are edited: it reads those that are allowed, and fails at the others."""

from __future__ import annotations

from collections.abc import Iterator

from lookalike_specs.pointers import resolve_pointer

from .case import ClientOutcome
from .checks import describe_error, describe_item_difference
from .registry import ClientFinding, client_check
from .served_items import find_last_page, list_item_ids


@client_check(
    "answers/allowed",
    summary="The client reads whatever the document allows an answer to be.",
    rationale="A field that may be absent or null will be, one day, and fields are added without notice.",
    remediation="Read what the document promises, have a default for all else, and pass over what is not known.",
    since=1,
)
def check_allowed_answer(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for an error, or other items than the answer has, where the document allows the answer."""
    drawn = outcome.drawn
    response = outcome.response
    if drawn is None or drawn.kind != "allowed" or response is None:
        return
    if response.error is not None:
        yield ClientFinding(f"the client failed: {describe_error(outcome)}", drawn.source)
        return
    difference = describe_item_difference(outcome)
    if difference:
        yield ClientFinding(difference, drawn.source)


@client_check(
    "answers/forbidden",
    summary="The client takes no broken answer for a result.",
    rationale="Who gets no goods, or goods that nobody sells, does not learn that the answer could not be read.",
    remediation="Fail where a field that you need is absent or of another type; give no empty list, and make nothing up.",
    since=1,
)
def check_forbidden_answer(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for an empty result, or items that are in no answer, where the document forbids the answer.

    A client that gives the goods is right as well: it needed nothing of what is broken.
    """
    drawn = outcome.drawn
    response = outcome.response
    if drawn is None or drawn.kind != "forbidden" or response is None or response.items is None:
        return
    page = find_last_page(outcome)
    if not response.items:
        # an empty list in the answer is none that the client has made up
        if page is None or resolve_pointer(page.body, page.operation.extension.invariants.items) != []:
            yield ClientFinding("the client gave 0 items, and no error", drawn.source)
        return
    possible_ids = set(drawn.original_ids)
    if page is not None:
        for ids in list_item_ids(page):
            possible_ids |= ids
    for item in response.items:
        if str(item.id) not in possible_ids:
            yield ClientFinding(
                f"the client gave an item {str(item.id)!r}, which the answer does not have", drawn.source
            )
            return
