"""A search read as its promises say: its pages, its items, its bounds."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

from lookalike_contracts.finding import Exchange, Failure
from lookalike_contracts.search import (
    Inconclusive,
    SearchResponse,
    build_bounds,
    describe_changes,
    falsify_invariant,
    fetch_first_page,
    get_page_parameters,
    has_pages,
    is_search,
    locate_invariant,
    parse_search,
    require_any,
    run_parts,
    run_search,
)
from lookalike_specs.invariants import Range
from lookalike_specs.messages import Request, Response

from .subjects import create_context

TMAPI, ALIYUN = "tmapi/searchItemsByImageUrl", "aliyun/SearchImageByPic"
DAJI, TAOBAO, HIOBUY = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl", "hiobuy/queryByImage"
BY_NUMBER = {"page-no": "page-number"}


@pytest.mark.parametrize(
    ("at", "switches", "start", "size", "asked", "may"),
    [
        (TMAPI, {}, 0, 10, {"page": 1, "page_size": 10}, True),
        (TMAPI, {}, 100_000, 10, {"page": 10_001, "page_size": 10}, True),
        (DAJI, {}, 20, 10, {"beginPage": 3, "pageSize": 10}, True),
        (TAOBAO, {}, 20, 10, {"pageNo": 20, "pageSize": 10}, True),
        (TAOBAO, {}, 499, 20, {"pageNo": 499, "pageSize": 20}, True),
        (TAOBAO, {}, 500, 20, {"pageNo": 500, "pageSize": 20}, False),
        (TAOBAO, BY_NUMBER, 500, 20, {"pageNo": 25, "pageSize": 20}, True),
        (ALIYUN, {}, 400, 100, {"Start": 400, "Num": 100}, True),
        (ALIYUN, {}, 401, 100, {"Start": 401, "Num": 100}, False),
        (ALIYUN, {}, 499, 1, {"Start": 499, "Num": 1}, True),
        (ALIYUN, {}, 500, 0, {"Start": 500, "Num": 0}, False),
    ],
)
def test_a_page_has_its_parameters(
    *, at: str, switches: dict[str, str], start: int, size: int, asked: dict[str, int], may: bool
) -> None:
    page_parameters = get_page_parameters(create_context(at, switches))
    assert page_parameters.build_parameters(start, size) == asked
    assert page_parameters.is_allowed(start, size) is may


@pytest.mark.parametrize(
    ("at", "cut", "most", "reachable"),
    [
        (TMAPI, True, 20, 10_000),
        (DAJI, True, 50, 10_000),
        (TAOBAO, True, 20, 519),
        (ALIYUN, True, 100, 500),
        (HIOBUY, False, 20, 10_000),
        ("tmapi/convertImageUrl", False, 20, 10_000),
    ],
)
def test_pages_end_where_the_document_says(at: str, cut: bool, most: int, reachable: int) -> None:
    one = create_context(at)
    page_parameters = get_page_parameters(one)
    assert (has_pages(one), page_parameters.max_size) == (cut, most)
    assert is_search(one) == (at != "tmapi/convertImageUrl")
    assert (page_parameters.count_reachable(10_000), page_parameters.count_reachable(7)) == (reachable, 7)


@pytest.mark.parametrize("at", [TMAPI, DAJI, TAOBAO, ALIYUN, HIOBUY])
def test_the_first_page_is_a_good_answer(at: str) -> None:
    one = create_context(at)
    first_page = fetch_first_page(one, size=3)
    assert has_pages(one) == (len(first_page.items) == 3)
    assert len(set(first_page.ids)) == len(first_page.items) > 0
    assert (
        not has_pages(one)
        or first_page.ids == run_search(one, get_page_parameters(one).build_parameters(0, 20)).ids[:3]
    )
    assert len(fetch_first_page(one).items) == 20


def found(body: Any, switches: dict[str, str] | None = None, at: str = TMAPI) -> SearchResponse:
    return SearchResponse(
        create_context(at, switches),
        Exchange(Request(method="GET", path="/"), Response(status=200, body=msgspec.json.encode(body))),
    )


@pytest.mark.parametrize(
    ("data", "ids", "total", "cut"),
    [
        ({"items": [{"item_id": 1}, {"item_id": "1"}], "total_count": 2}, [(1,), ("1",)], 2, False),
        ({"items": [{"item_id": [1]}, {"item_id": {"a": 2}}], "total_count": 3}, [("[1]",), ("{'a': 2}",)], 3, True),
        ({"items": [], "total_count": True}, [], None, True),
        ({"items": [], "total_count": "0"}, [], None, True),
        ({"items": {"0": {"item_id": 1}}}, [], None, True),
        ([], [], None, True),
    ],
)
def test_an_answer_is_read(data: Any, ids: list[tuple[Any, ...]], total: int | None, cut: bool) -> None:
    one = found({"code": 200, "data": data})
    assert (one.ids, one.total, one.is_truncated) == (ids, total, cut)


@pytest.mark.parametrize(("switch", "total"), [("documented", 7), ("swapped", 5)])
def test_where_a_number_stands_is_chosen_by_the_variant(switch: str, total: int) -> None:
    one = found({"Head": {"DocsReturn": 7, "DocsFound": 5}}, {"docs-found": switch}, ALIYUN)
    assert one.total == total
    assert one.read_count("") is None


def test_places_and_values_in_an_answer() -> None:
    one = found({"data": {"items": [{"a": {"b": 1}}, {}]}})
    assert [bool(value) for value in one.read_values("/a/b")] == [True, False]
    assert (one.build_pointer(1), one.build_pointer(0, "/a")) == ("/data/items/1", "/data/items/0/a")


def test_a_refusal_is_told_with_what_was_asked() -> None:
    one = create_context(TMAPI)
    with pytest.raises(Inconclusive) as wrong:
        run_search(one, {"page_size": 500}, {"page": None, "language": "x" * 200})
    assert str(wrong.value) == f"the search is refused with page_size=500, language={'x' * 100}…"
    with pytest.raises(Inconclusive, match="the search is refused with nothing changed"):
        run_search(create_context(TMAPI), {"img_url": None})
    assert parse_search(one, one.send_sample(page_size=500)) is None


@pytest.mark.parametrize(
    ("bounds", "low", "high", "sent"),
    [
        (Range(low="a", high="b", field="/p"), "1.50", "2", {"a": "1.50", "b": "2"}),
        (Range(low="a", high="b", field="/p"), "0", None, {"a": "0"}),
        (Range(low="{}<", high="<{}", field="/p", parameter="f", separator=";"), "1", "2", {"f": "1<;<2"}),
        (Range(low="{}<", high="<{}", field="/p", parameter="f", separator=";"), None, "2", {"f": "<2"}),
    ],
)
def test_bounds_are_sent_as_the_document_says(bounds: Range, low: str, high: str | None, sent: dict[str, str]) -> None:
    assert build_bounds(bounds, *(None if each is None else Decimal(each) for each in (low, high))) == sent


def test_what_is_told_of_values() -> None:
    assert describe_changes({"a": 1, "b": None, "c": True}) == "a=1, c=true"
    assert require_any([1], "a price") == [1]
    with pytest.raises(Inconclusive, match="no item of the answer has a price"):
        require_any([], "a price")
    assert locate_invariant(create_context(TMAPI), "paging", 0).endswith("/get/x-lookalike/invariants/paging/0")


def judged(*results: Failure | Inconclusive | None) -> Iterator[Failure]:
    for result in results:
        if isinstance(result, Inconclusive):
            raise result
        if result:
            yield result


FIRST, SECOND = Inconclusive("first"), Inconclusive("second")
WRONG, BAD = Failure("is wrong"), Failure("is bad")


@pytest.mark.parametrize(
    ("parts", "broken", "untold"),
    [
        ([judged(WRONG), judged(BAD)], [WRONG, BAD], None),
        ([judged(WRONG, FIRST), judged(BAD)], [WRONG, BAD], FIRST),
        ([judged(FIRST), judged(SECOND), judged(None)], [], FIRST),
        ([], [], None),
    ],
)
def test_of_several_parts_each_is_judged(parts: Any, broken: list[Failure], untold: Inconclusive | None) -> None:
    found, met, raised = run_parts(parts), list[Failure](), None
    try:
        while True:
            met.append(next(found))
    except StopIteration:
        pass
    except Inconclusive as wrong:
        raised = wrong
    assert (met, raised) == (broken, untold)


@pytest.mark.parametrize(
    ("results", "broken", "untold"),
    [
        ((None, None), [], False),
        ((FIRST, FIRST), [], True),
        ((FIRST, None), [], False),
        ((FIRST, WRONG), [WRONG], False),
    ],
)
def test_nothing_is_untold_where_anything_could_be_judged(results: Any, broken: list[Failure], untold: bool) -> None:
    def tried(drawn: bool) -> Failure | None:
        failures = list(judged(results[drawn]))
        assert len(failures) < 2
        return next(iter(failures), None)

    met = falsify_invariant(create_context(TMAPI), st.booleans(), tried, cases=10)
    if untold:
        with pytest.raises(Inconclusive, match="first"):
            list(met)
    else:
        assert list(met) == broken
