"""Who spoils paging."""

from typing import Any

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond
from .tools import (
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

TMAPI, TAOBAO, DAJI_1688 = "tmapi/searchItemsByImageUrl", "daji-taobao/imageSearchByUrl", "daji-1688/imageQuery"
BY_PIC, BY_NAME, ROA = "aliyun/SearchImageByPic", "aliyun/SearchImageByName", "aliyun/SearchImage"


def _overlap_pages(honest: Respond, request: Request) -> Response:
    """Each page but the first begins with the last item of the page before."""
    reply, values = honest(request), read_values(TMAPI, request)
    body = fetch_body(TMAPI, honest, values)
    if body["code"] == 200 and (page := int(values.get("page", 1))) > 1:
        before = find_items(TMAPI, fetch_body(TMAPI, honest, values | {"page": str(page - 1)}))
        body["data"]["items"] = (before[-1:] + body["data"]["items"])[: len(body["data"]["items"])]
    return replace_body(reply, body) if body["code"] == 200 else reply


def _skip_item(honest: Respond, request: Request) -> Response:
    """Between the first page and the second an item is lost."""
    reply, values = honest(request), read_values(DAJI_1688, request)
    body = fetch_body(DAJI_1688, honest, values)
    if body["code"] != 200 or (page := int(values["beginPage"])) < 2:
        return reply
    after = find_items(DAJI_1688, fetch_body(DAJI_1688, honest, values | {"beginPage": str(page + 1)}))
    body["data"]["data"] = (body["data"]["data"] + after[:1])[1:]
    return replace_body(reply, body)


def _multiply_offset(values: Values) -> Values:
    number, size = (int(values.get(name, default)) for name, default in (("pageNo", 0), ("pageSize", 10)))
    return values | {"pageNo": str(min(499, number * size))} if 0 < size <= 20 else values


def _repeat_last_page(at: str, page: str, step: int) -> Any:
    """A server that repeats what was before where nothing is left."""

    def answer(honest: Respond, request: Request) -> Response:
        reply, values = honest(request), read_values(at, request)
        body = fetch_body(at, honest, values)
        number = int(values.get(page, 0))
        while not find_items(at, body) and body["code"] == 200 and number > step:
            number -= step
            body = fetch_body(at, honest, values | {page: str(number)})
        return replace_body(reply, body) if body["code"] == 200 else reply

    return answer


def _change_field(path: tuple[str, ...], change: Any) -> Any:
    """Change one value of the answer, by what it is and what was asked."""

    def spoil(body: Any, values: Values) -> None:
        for step in path[:-1]:
            body = body[step]
        body[path[-1]] = change(body[path[-1]], values)

    return spoil


def _repeat_items(listed: list[Any], _: Values) -> list[Any]:
    """Of every fourth item on, the first stands there again under its own id."""
    return [listed[0] if at % 4 == 3 else item for at, item in enumerate(listed)]


PAGING_MUTANTS = (
    Mutant("doubled-item", "paging/doubled", TMAPI, _overlap_pages),
    Mutant("page-ignored", "paging/doubled", BY_PIC, ignore_parameters(BY_PIC, "Start")),
    Mutant("lost-item", "paging/lost", DAJI_1688, _skip_item),
    Mutant("offset-taken-for-page", "paging/lost", TAOBAO, change_request(TAOBAO, _multiply_offset)),
    Mutant("page-off-by-one", "paging/lost", TMAPI, change_request(
        TMAPI, lambda values: values | {"page": str(int(values.get("page", "1")) + 1)} if int(values.get("page_size", 20)) > 5 else values
    )),
    Mutant("size-ignored", "paging/size", TMAPI, ignore_parameters(TMAPI, "page_size")),
    Mutant("one-too-few", "paging/size", BY_NAME, change_items(BY_NAME, lambda listed, _: listed[:-1])),
    Mutant("size-clamped-to-ten", "paging/size", TAOBAO, change_request(
        TAOBAO, lambda values: values | {"pageSize": "10"} if int(values.get("pageSize", 10)) < 10 else values
    )),
    Mutant("total-by-page", "paging/total", TMAPI, change_response(
        TMAPI, _change_field(("data", "total_count"), lambda total, values: total - int(values.get("page", 1)))
    )),
    Mutant("total-is-of-the-page", "paging/total", ROA, change_response(
        ROA, _change_field(("Head", "DocsReturn"), lambda _, values: int(values.get("Num", 10)))
    )),
    Mutant("wrong-total", "paging/end", DAJI_1688, change_response(DAJI_1688, _change_field(("data", "totalRecords"), lambda total, _: total + 1))),
    Mutant("last-page-again", "paging/end", TMAPI, _repeat_last_page(TMAPI, "page", 1)),
    Mutant("never-ending", "paging/end", TAOBAO, _repeat_last_page(TAOBAO, "pageNo", 20)),
    Mutant("fewer-than-the-total", "paging/complete", TMAPI, change_items(TMAPI, _repeat_items)),
    Mutant("wrong-page-count", "paging/pages", DAJI_1688, change_response(
        DAJI_1688, _change_field(("data", "totalPage"), lambda _, values: 700 // int(values["pageSize"]))
    )),
    Mutant("page-count-one-more", "paging/pages", DAJI_1688, change_response(DAJI_1688, _change_field(("data", "totalPage"), lambda count, _: count + 1))),
    Mutant("wrong-page-echoed", "paging/echo", DAJI_1688, change_response(DAJI_1688, _change_field(("data", "currentPage"), lambda *_: 1))),
    Mutant("wrong-size-echoed", "paging/echo", TMAPI, change_response(TMAPI, _change_field(("data", "page_size"), lambda *_: 20))),
    Mutant("wrong-number-returned", "paging/returned", BY_PIC, change_response(BY_PIC, _change_field(("Head", "DocsFound"), lambda n, _: n + 1))),
    Mutant("total-below-the-page", "paging/returned", "hiobuy/queryByImage", change_response(
        "hiobuy/queryByImage", _change_field(("data", "items", "total_results"), lambda *_: 1)
    )),
    Mutant("more-than-an-answer-holds", "paging/returned", "hiobuy/queryByImage", change_items(
        "hiobuy/queryByImage", lambda listed, _: listed * 2
    )),
)  # fmt: skip
