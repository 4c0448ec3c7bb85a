"""Pages of extremes: odd in every way, and still pages whose items can be told apart."""

import json
from typing import Any

import pytest

from lookalike_contracts import describe_response_violations
from lookalike_mocks import Mock
from lookalike_mocks.vendors.item_situations import EXTREME_TEXTS, ITEM_SITUATIONS
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.pointers import resolve_pointer

from ..testers import build_signed_request

MAX_SAFE_INTEGER = 2**53 - 1
MOCK = Mock()


def ask(api: str, situation: str, **values: Any) -> Any:
    """The body of a page in that situation, which conforms."""
    loaded = load_api(api)
    index, operation = next(
        (index, operation) for index, operation in enumerate(loaded.operations) if operation.extension.invariants.items
    )
    account = {**loaded.account, loaded.root.triggers[0].credential: f"situation-{situation}"}
    request = build_signed_request(api, account, at=index, **values)
    response = MOCK.respond(request)
    assert describe_response_violations(api, request, response) == ()
    body = json.loads(response.body)
    invariants = operation.extension.invariants
    return resolve_pointer(body, invariants.items), [pointer.removeprefix("/") for pointer in invariants.id]


def collect(value: Any, kind: type) -> list[Any]:
    """All values of a kind in an item, however deep."""
    if isinstance(value, dict):
        return [found for inner in value.values() for found in collect(inner, kind)]
    if isinstance(value, list):
        return [found for inner in value for found in collect(inner, kind)]
    return [value] if isinstance(value, kind) and not isinstance(value, bool) else []


# an API whose ids are texts has no situation of numbers that are too large
POSSIBLE = [
    (api, situation)
    for api in list_api_ids()
    for situation in ITEM_SITUATIONS
    if situation in load_api(api).root.situations
]


@pytest.mark.parametrize(("api", "situation"), POSSIBLE)
def test_all_items_of_a_page_have_ids_of_their_own(api: str, situation: str) -> None:
    items, names = ask(api, situation)
    ids = {tuple(item[name] for name in names) for item in items}
    assert len(items) > 5
    assert len(ids) == len(items)


@pytest.mark.parametrize("api", list_api_ids())
def test_no_number_is_beyond_what_javascript_holds(api: str) -> None:
    items, _ = ask(api, "extremes")
    numbers = collect(items, int)
    assert numbers
    assert max(numbers) <= MAX_SAFE_INTEGER


@pytest.mark.parametrize("api", ["daji-1688", "hiobuy", "tmapi"])
def test_ids_beyond_it_are_a_situation_of_their_own(api: str) -> None:
    items, (name,) = ask(api, "extremes-ids")
    ordinary, _ = ask(api, "full-page")
    assert all(item[name] > MAX_SAFE_INTEGER for item in items)
    # all else is as ever
    title = next(key for key in ordinary[0] if key in ("title", "subject"))
    assert [item[title] for item in items] == [item[title] for item in ordinary]


@pytest.mark.parametrize("api", list_api_ids())
def test_a_page_has_every_odd_text(api: str) -> None:
    items, _ = ask(api, "extremes")
    texts = collect(items, str)
    for text in EXTREME_TEXTS:
        assert any(found and text.startswith(found) and len(found) > 8 for found in texts), text


def test_the_same_page_is_the_same_each_time() -> None:
    assert ask("tmapi", "extremes") == ask("tmapi", "extremes")
