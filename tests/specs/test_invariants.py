"""A promise that names what its operation has not does not start."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from lookalike_specs import SpecError, list_api_ids, load_api, read_document
from lookalike_specs.invariants import resolve_choice
from lookalike_specs.load import build_api

Promises = dict[str, Any]
SEARCH, CONVERT = (operation.id for operation in load_api("tmapi").operations)
PATH = "/1688/global/search/image"
WRONG: list[tuple[str, Callable[[Promises], object], str]] = [
    ("unknown key", lambda p: p.update(colour="red"), "colour"),
    ("unknown key of a filter", lambda p: p["filters"][0].update(colour="red"), "colour"),
    ("page parameter", lambda p: p["paging"].update(page="seite"), "'seite' is no parameter"),
    ("echoed parameter", lambda p: p["paging"].update(echo={"/data/page": "seite"}), "'seite' is no parameter"),
    ("what is no page", lambda p: p["paging"].update(echo={"/data/sort": "sort"}), "'sort' is echoed"),
    ("sort parameter", lambda p: p["orders"][0].update(parameter="order"), "'order' is no parameter"),
    ("filter's parameter", lambda p: p["filters"][0].update(parameter="x"), "'x' is no parameter"),
    ("what goes with a filter", lambda p: p["filters"][0].update({"with": {"x": 1}}), "'x' is no parameter"),
    ("picture's parameter", lambda p: p["images"].append({"x": "1"}), "'x' is no parameter"),
    ("bounds", lambda p: p.update(ranges=[{"low": "a", "high": "page", "field": "/price"}]), "'a' is no parameter"),
    ("bounds in one parameter", lambda p: p.update(ranges=[{"parameter": "page", "low": "a", "high": "b", "field": "/price"}]), "needs {}"),
    ("language's parameter", lambda p: p["languages"].update(parameter="x"), "'x' is no parameter"),
    ("script", lambda p: p["languages"]["scripts"].update(ru=["KLINGON"]), "KLINGON"),
    ("region's parameter", lambda p: p.update(regions={"parameter": "x", "boxes": [], "order": "x0,x1,y0,y1", "echo": "/code"}), "'x' is no parameter"),
    ("region's order", lambda p: p.update(regions={"parameter": "page", "boxes": [], "order": "y,x", "echo": "/code"}), "'y,x' is none of"),
    ("where items are", lambda p: p.update(items="/data/things"), "'/data/things/\\*' is no place"),
    ("id", lambda p: p.update(id=["/number"]), "/number' is no place"),
    ("no id", lambda p: p.update(id=[]), "no id"),
    ("total", lambda p: p["paging"].update(total="/data/sum"), "'/data/sum' is no place"),
    ("success", lambda p: p.update(success={"/status": 1}), "'/status' is no place"),
    ("what is sorted by", lambda p: p["orders"][0].update(field="/worth"), "/worth' is no place"),
    ("what a filter shows", lambda p: p["filters"][0]["condition"].update(pointer="/shop_info/x"), "/shop_info/x' is no place"),
    ("text", lambda p: p["languages"].update(texts=["/name"]), "/name' is no place"),
    ("address", lambda p: p.update(urls=["/link"]), "/link' is no place"),
    ("unknown variant", lambda p: p["paging"].update(total={"variant": "x", "a": "/data/total_count"}), "does not name a variant"),
    ("value without a choice", lambda p: p["paging"].update(rounding={"variant": "booleans", "strict": "ceil"}), "each of its values"),
    ("rounding", lambda p: p["paging"].update(rounding="floor"), "'floor' is none of ceil, floor-plus-one"),
    ("counts", lambda p: p["paging"].update(counts="bytes"), "'bytes' is none of pages, items"),
    ("who comes first", lambda p: p.update({"depends-on": {"operation": "x", "values": {}}}), "'x' is no operation that can come first"),
    ("what comes of it", lambda p: p.update({"depends-on": {"operation": CONVERT, "values": {"page": "/data/x"}}}), "'/data/x' is no place in the answer of"),
    ("what it is for", lambda p: p.update({"depends-on": {"operation": CONVERT, "values": {"x": "/code"}}}), "'x' is no parameter"),
    ("who takes away", lambda p: p.update(cleanup={"operation": "x", "parameters": ["page"]}), "'x' cannot take away by 'page'"),
    ("what is taken away", lambda p: p.update(cleanup={"operation": SEARCH, "parameters": ["x"]}), "'x' is no parameter"),
    ("stands", lambda p: p["filters"][0]["condition"].update(operator="=="), "=="),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_promise_that_cannot_be_meant_does_not_start(change: Callable[[Promises], object], message: str) -> None:
    document = deepcopy(read_document("tmapi"))
    change(document["paths"][PATH]["get"]["x-lookalike"]["invariants"])
    with pytest.raises(SpecError, match=message):
        build_api("tmapi", document)


def test_a_choice_is_made_by_its_variant() -> None:
    choice = {"variant": "docs-found", "documented": "/a", "swapped": "/b"}
    assert resolve_choice(choice, {"docs-found": "swapped"}) == "/b"
    assert resolve_choice("/c", {}) == "/c"


@pytest.mark.parametrize("api", list_api_ids())
def test_every_search_promises_its_items(api: str) -> None:
    searches = [
        operation
        for operation in load_api(api).operations
        if "search" in operation.id.lower() or "query" in operation.id.lower()
    ]
    assert all(operation.extension.invariants.items for operation in searches)


@pytest.mark.parametrize("api", list_api_ids())
def test_every_answer_in_an_envelope_says_when_it_is_good(api: str) -> None:
    silent = {"AuthorizeFileUpload", "PostObject"}  # their status tells
    without_promise = {
        operation.id for operation in load_api(api).operations if not operation.extension.invariants.success
    }
    assert without_promise <= silent
