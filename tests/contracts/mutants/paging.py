"""Mutants of paging."""

from collections.abc import Callable
from typing import Any

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond
from .mutations import (
    Mutation,
    Values,
    change_items,
    change_request,
    change_response,
    fetch_body,
    find_items,
    ignore_parameters,
    read_values,
    replace_body,
)

TMAPI = "tmapi/searchItemsByImageUrl"
TAOBAO = "daji-taobao/imageSearchByUrl"
DAJI_1688 = "daji-1688/imageQuery"
BY_PIC = "aliyun/SearchImageByPic"
BY_NAME = "aliyun/SearchImageByName"
ROA = "aliyun/SearchImage"
HIOBUY = "hiobuy/queryByImage"


def _overlap_pages(honest: Respond, request: Request) -> Response:
    """Begin each page but the first with the last item of the page before."""
    response = honest(request)
    values = read_values(TMAPI, request)
    body = fetch_body(TMAPI, honest, values)
    if body["code"] != 200:
        return response
    page = int(values.get("page", 1))
    if page > 1:
        before = find_items(TMAPI, fetch_body(TMAPI, honest, values | {"page": str(page - 1)}))
        items = body["data"]["items"]
        body["data"]["items"] = (before[-1:] + items)[: len(items)]
    return replace_body(response, body)


def _skip_item(honest: Respond, request: Request) -> Response:
    """Lose an item between the first page and the second."""
    response = honest(request)
    values = read_values(DAJI_1688, request)
    body = fetch_body(DAJI_1688, honest, values)
    if body["code"] != 200 or int(values["beginPage"]) < 2:
        return response
    next_page = str(int(values["beginPage"]) + 1)
    after = find_items(DAJI_1688, fetch_body(DAJI_1688, honest, values | {"beginPage": next_page}))
    body["data"]["data"] = (body["data"]["data"] + after[:1])[1:]
    return replace_body(response, body)


def _multiply_offset(values: Values) -> Values:
    number = int(values.get("pageNo", 0))
    size = int(values.get("pageSize", 10))
    if not 0 < size <= 20:
        return values
    return values | {"pageNo": str(min(499, number * size))}


def _skip_page_when_large(values: Values) -> Values:
    if int(values.get("page_size", 20)) <= 5:
        return values
    return values | {"page": str(int(values.get("page", "1")) + 1)}


def _raise_small_size(values: Values) -> Values:
    if int(values.get("pageSize", 10)) >= 10:
        return values
    return values | {"pageSize": "10"}


def _repeat_last_page(operation: str, page: str, step: int) -> Mutation:
    """Mutate a server so that it repeats the page before where nothing is left."""

    def respond(honest: Respond, request: Request) -> Response:
        response = honest(request)
        values = read_values(operation, request)
        body = fetch_body(operation, honest, values)
        number = int(values.get(page, 0))
        while body["code"] == 200 and not find_items(operation, body) and number > step:
            number -= step
            body = fetch_body(operation, honest, values | {page: str(number)})
        if body["code"] != 200:
            return response
        return replace_body(response, body)

    return respond


def _change_field(operation: str, path: str, change: Callable[[Any, Values], Any]) -> Mutation:
    """Mutate a server so that one value of its responses is another, by what it was and what was asked."""
    *parents, name = path.split("/")

    def change_value(body: Any, values: Values) -> None:
        for step in parents:
            body = body[step]
        body[name] = change(body[name], values)

    return change_response(operation, change_value)


def _repeat_items(items: list[Any], _: Values) -> list[Any]:
    """Put the first item in the place of every fourth."""
    return [items[0] if index % 4 == 3 else item for index, item in enumerate(items)]


PAGING_MUTANTS = (
    Mutant("doubled-item", "paging/doubled", TMAPI, _overlap_pages),
    Mutant("page-ignored", "paging/doubled", BY_PIC, ignore_parameters(BY_PIC, "Start")),
    Mutant("lost-item", "paging/lost", DAJI_1688, _skip_item),
    Mutant("offset-taken-for-page", "paging/lost", TAOBAO, change_request(TAOBAO, _multiply_offset)),
    Mutant("page-off-by-one", "paging/lost", TMAPI, change_request(TMAPI, _skip_page_when_large)),
    Mutant("size-ignored", "paging/size", TMAPI, ignore_parameters(TMAPI, "page_size")),
    Mutant("one-too-few", "paging/size", BY_NAME, change_items(BY_NAME, lambda items, _: items[:-1])),
    Mutant("size-clamped-to-ten", "paging/size", TAOBAO, change_request(TAOBAO, _raise_small_size)),
    Mutant("total-by-page", "paging/total", TMAPI, _change_field(TMAPI, "data/total_count", lambda total, values: total - int(values.get("page", 1)))),
    Mutant("total-is-of-the-page", "paging/total", ROA, _change_field(ROA, "Head/DocsReturn", lambda _, values: int(values.get("Num", 10)))),
    Mutant("wrong-total", "paging/end", DAJI_1688, _change_field(DAJI_1688, "data/totalRecords", lambda total, _: total + 1)),
    Mutant("last-page-again", "paging/end", TMAPI, _repeat_last_page(TMAPI, "page", 1)),
    Mutant("never-ending", "paging/end", TAOBAO, _repeat_last_page(TAOBAO, "pageNo", 20)),
    Mutant("fewer-than-the-total", "paging/complete", TMAPI, change_items(TMAPI, _repeat_items)),
    Mutant("wrong-page-count", "paging/pages", DAJI_1688, _change_field(DAJI_1688, "data/totalPage", lambda _, values: 700 // int(values["pageSize"]))),
    Mutant("page-count-one-more", "paging/pages", DAJI_1688, _change_field(DAJI_1688, "data/totalPage", lambda count, _: count + 1)),
    Mutant("wrong-page-echoed", "paging/echo", DAJI_1688, _change_field(DAJI_1688, "data/currentPage", lambda *_: 1)),
    Mutant("wrong-size-echoed", "paging/echo", TMAPI, _change_field(TMAPI, "data/page_size", lambda *_: 20)),
    Mutant("wrong-number-returned", "paging/returned", BY_PIC, _change_field(BY_PIC, "Head/DocsFound", lambda n, _: n + 1)),
    Mutant("total-below-the-page", "paging/returned", HIOBUY, _change_field(HIOBUY, "data/items/total_results", lambda *_: 1)),
    Mutant("more-than-an-answer-holds", "paging/returned", HIOBUY, change_items(
        HIOBUY, lambda items, _: items * 2
    )),
)  # fmt: skip
