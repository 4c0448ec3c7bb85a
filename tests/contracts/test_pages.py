"""A search read as its promises say: its pages, its items, its bounds."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

from lookalike_contracts.finding import Broken, Exchange
from lookalike_contracts.searches.pages import first, has_pages, pages
from lookalike_contracts.searches.search import (
    Found,
    Untold,
    bounded,
    each,
    find,
    held,
    read,
    rule,
    searches,
    some,
    told,
)
from lookalike_specs.promises import Range
from lookalike_specs.wire import Reply, Request

from .subjects import subject

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
    found = pages(subject(at, switches))
    assert found.at(start, size) == asked
    assert found.may(start, size) is may


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
    one = subject(at)
    found = pages(one)
    assert (has_pages(one), found.most) == (cut, most)
    assert searches(one) == (at != "tmapi/convertImageUrl")
    assert (found.reachable(10_000), found.reachable(7)) == (reachable, 7)


@pytest.mark.parametrize("at", [TMAPI, DAJI, TAOBAO, ALIYUN, HIOBUY])
def test_the_first_page_is_a_good_answer(at: str) -> None:
    one = subject(at)
    found = first(one, size=3)
    assert has_pages(one) == (len(found.items) == 3)
    assert len(set(found.ids)) == len(found.items) > 0
    assert not has_pages(one) or found.ids == find(one, pages(one).at(0, 20)).ids[:3]
    assert len(first(one).items) == 20


def found(body: Any, switches: dict[str, str] | None = None, at: str = TMAPI) -> Found:
    return Found(
        subject(at, switches),
        Exchange(Request(method="GET", path="/"), Reply(status=200, body=msgspec.json.encode(body))),
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
    assert (one.ids, one.total, one.is_cut) == (ids, total, cut)


@pytest.mark.parametrize(("switch", "total"), [("documented", 7), ("swapped", 5)])
def test_where_a_number_stands_is_chosen_by_the_variant(switch: str, total: int) -> None:
    one = found({"Head": {"DocsReturn": 7, "DocsFound": 5}}, {"docs-found": switch}, ALIYUN)
    assert one.total == total
    assert one.count("") is None


def test_places_and_values_in_an_answer() -> None:
    one = found({"data": {"items": [{"a": {"b": 1}}, {}]}})
    assert [bool(value) for value in one.values("/a/b")] == [True, False]
    assert (one.place(1), one.place(0, "/a")) == ("/data/items/1", "/data/items/0/a")


def test_a_refusal_is_told_with_what_was_asked() -> None:
    one = subject(TMAPI)
    with pytest.raises(Untold) as wrong:
        find(one, {"page_size": 500}, {"page": None, "language": "x" * 200})
    assert str(wrong.value) == f"the search is refused with page_size=500, language={'x' * 100}"
    with pytest.raises(Untold, match="the search is refused with nothing changed"):
        find(subject(TMAPI), {"img_url": None})
    assert read(one, one.ask(page_size=500)) is None


@pytest.mark.parametrize(
    ("bounds", "low", "high", "sent"),
    [
        (Range(low="a", high="b", by="/p"), "1.50", "2", {"a": "1.50", "b": "2"}),
        (Range(low="a", high="b", by="/p"), "0", None, {"a": "0"}),
        (Range(low="{}<", high="<{}", by="/p", parameter="f", joint=";"), "1", "2", {"f": "1<;<2"}),
        (Range(low="{}<", high="<{}", by="/p", parameter="f", joint=";"), None, "2", {"f": "<2"}),
    ],
)
def test_bounds_are_sent_as_the_document_says(bounds: Range, low: str, high: str | None, sent: dict[str, str]) -> None:
    assert bounded(bounds, *(None if each is None else Decimal(each) for each in (low, high))) == sent


def test_what_is_told_of_values() -> None:
    assert told({"a": 1, "b": None, "c": True}) == "a=1, c=true"
    assert some([1], "a price") == [1]
    with pytest.raises(Untold, match="no item of the answer has a price"):
        some([], "a price")
    assert rule(subject(TMAPI), "paging", 0).endswith("/get/x-lookalike/promises/paging/0")


def judged(*results: Broken | Untold | None) -> Iterator[Broken]:
    for result in results:
        if isinstance(result, Untold):
            raise result
        if result:
            yield result


FIRST, SECOND = Untold("first"), Untold("second")
WRONG, BAD = Broken("is wrong"), Broken("is bad")


@pytest.mark.parametrize(
    ("parts", "broken", "untold"),
    [
        ([judged(WRONG), judged(BAD)], [WRONG, BAD], None),
        ([judged(WRONG, FIRST), judged(BAD)], [WRONG, BAD], FIRST),
        ([judged(FIRST), judged(SECOND), judged(None)], [], FIRST),
        ([], [], None),
    ],
)
def test_of_several_parts_each_is_judged(parts: Any, broken: list[Broken], untold: Untold | None) -> None:
    found, met, raised = each(parts), list[Broken](), None
    try:
        while True:
            met.append(next(found))
    except StopIteration:
        pass
    except Untold as wrong:
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
def test_nothing_is_untold_where_anything_could_be_judged(results: Any, broken: list[Broken], untold: bool) -> None:
    def tried(drawn: bool) -> Broken | None:
        (found,) = [*judged(results[drawn])] or [None]
        return found

    met = held(subject(TMAPI), st.booleans(), tried, cases=10)
    if untold:
        with pytest.raises(Untold, match="first"):
            list(met)
    else:
        assert list(met) == broken
