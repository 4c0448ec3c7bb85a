"""Who spoils paging."""

from typing import Any

from lookalike_specs.wire import Reply, Request

from .saboteur import Honest, Saboteur
from .tools import Values, asked, honestly, in_answer, in_items, items, misheard, replied, without

TMAPI, TAOBAO, ALI = "tmapi/searchItemsByImageUrl", "daji-taobao/imageSearchByUrl", "daji-1688/imageQuery"
BY_PIC, BY_NAME, ROA = "aliyun/SearchImageByPic", "aliyun/SearchImageByName", "aliyun/SearchImage"


def _overlapping(honest: Honest, request: Request) -> Reply:
    """Each page but the first begins with the last item of the page before."""
    reply, values = honest(request), asked(TMAPI, request)
    body = honestly(TMAPI, honest, values)
    if body["code"] == 200 and (page := int(values.get("page", 1))) > 1:
        before = items(TMAPI, honestly(TMAPI, honest, values | {"page": str(page - 1)}))
        body["data"]["items"] = (before[-1:] + body["data"]["items"])[: len(body["data"]["items"])]
    return replied(reply, body) if body["code"] == 200 else reply


def _skipping(honest: Honest, request: Request) -> Reply:
    """Between the first page and the second an item is lost."""
    reply, values = honest(request), asked(ALI, request)
    body = honestly(ALI, honest, values)
    if body["code"] != 200 or (page := int(values["beginPage"])) < 2:
        return reply
    after = items(ALI, honestly(ALI, honest, values | {"beginPage": str(page + 1)}))
    body["data"]["data"] = (body["data"]["data"] + after[:1])[1:]
    return replied(reply, body)


def _by_pages(values: Values) -> Values:
    number, size = (int(values.get(name, default)) for name, default in (("pageNo", 0), ("pageSize", 10)))
    return values | {"pageNo": str(min(499, number * size))} if 0 < size <= 20 else values


def _again(at: str, page: str, step: int) -> Any:
    """A server that repeats what was before where nothing is left."""

    def answer(honest: Honest, request: Request) -> Reply:
        reply, values = honest(request), asked(at, request)
        body = honestly(at, honest, values)
        number = int(values.get(page, 0))
        while not items(at, body) and body["code"] == 200 and number > step:
            number -= step
            body = honestly(at, honest, values | {page: str(number)})
        return replied(reply, body) if body["code"] == 200 else reply

    return answer


def _with(path: tuple[str, ...], change: Any) -> Any:
    """Change one value of the answer, by what it is and what was asked."""

    def spoil(body: Any, values: Values) -> None:
        for step in path[:-1]:
            body = body[step]
        body[path[-1]] = change(body[path[-1]], values)

    return spoil


def _repeating(listed: list[Any], _: Values) -> list[Any]:
    """Of every fourth item on, the first stands there again under its own id."""
    return [listed[0] if at % 4 == 3 else item for at, item in enumerate(listed)]


PAGING = (
    Saboteur("doubled-item", "paging/doubled", TMAPI, _overlapping),
    Saboteur("page-ignored", "paging/doubled", BY_PIC, without(BY_PIC, "Start")),
    Saboteur("lost-item", "paging/lost", ALI, _skipping),
    Saboteur("offset-taken-for-page", "paging/lost", TAOBAO, misheard(TAOBAO, _by_pages)),
    Saboteur("page-off-by-one", "paging/lost", TMAPI, misheard(
        TMAPI, lambda values: values | {"page": str(int(values.get("page", "1")) + 1)} if int(values.get("page_size", 20)) > 5 else values
    )),
    Saboteur("size-ignored", "paging/size", TMAPI, without(TMAPI, "page_size")),
    Saboteur("one-too-few", "paging/size", BY_NAME, in_items(BY_NAME, lambda listed, _: listed[:-1])),
    Saboteur("size-clamped-to-ten", "paging/size", TAOBAO, misheard(
        TAOBAO, lambda values: values | {"pageSize": "10"} if int(values.get("pageSize", 10)) < 10 else values
    )),
    Saboteur("total-by-page", "paging/total", TMAPI, in_answer(
        TMAPI, _with(("data", "total_count"), lambda total, values: total - int(values.get("page", 1)))
    )),
    Saboteur("total-is-of-the-page", "paging/total", ROA, in_answer(
        ROA, _with(("Head", "DocsReturn"), lambda _, values: int(values.get("Num", 10)))
    )),
    Saboteur("wrong-total", "paging/end", ALI, in_answer(ALI, _with(("data", "totalRecords"), lambda total, _: total + 1))),
    Saboteur("last-page-again", "paging/end", TMAPI, _again(TMAPI, "page", 1)),
    Saboteur("never-ending", "paging/end", TAOBAO, _again(TAOBAO, "pageNo", 20)),
    Saboteur("fewer-than-the-total", "paging/complete", TMAPI, in_items(TMAPI, _repeating)),
    Saboteur("wrong-page-count", "paging/pages", ALI, in_answer(
        ALI, _with(("data", "totalPage"), lambda _, values: 700 // int(values["pageSize"]))
    )),
    Saboteur("page-count-one-more", "paging/pages", ALI, in_answer(ALI, _with(("data", "totalPage"), lambda count, _: count + 1))),
    Saboteur("wrong-page-echoed", "paging/echo", ALI, in_answer(ALI, _with(("data", "currentPage"), lambda *_: 1))),
    Saboteur("wrong-size-echoed", "paging/echo", TMAPI, in_answer(TMAPI, _with(("data", "page_size"), lambda *_: 20))),
    Saboteur("wrong-number-returned", "paging/returned", BY_PIC, in_answer(BY_PIC, _with(("Head", "DocsFound"), lambda n, _: n + 1))),
    Saboteur("total-below-the-page", "paging/returned", "hiobuy/queryByImage", in_answer(
        "hiobuy/queryByImage", _with(("data", "items", "total_results"), lambda *_: 1)
    )),
    Saboteur("more-than-an-answer-holds", "paging/returned", "hiobuy/queryByImage", in_items(
        "hiobuy/queryByImage", lambda listed, _: listed * 2
    )),
)  # fmt: skip
