"""Who minds limits otherwise than documented: one off, not at all, by another error."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from lookalike_specs import Operation
from lookalike_specs.wire import Reply, Request

from .saboteur import Honest, Saboteur
from .tools import Answer, Values, asked, misheard, operation, question

TMAPI, CONVERT = "tmapi/searchItemsByImageUrl", "tmapi/convertImageUrl"
DAJI_1688, TAOBAO, HIOBUY = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl", "hiobuy/queryByImage"
SORTS = ("", "default", "sales", "price_up", "price_down")
PICTURE, NAMED, ADD = "aliyun/SearchImageByPic", "aliyun/SearchImageByName", "aliyun/AddImage"


def taken_for(at: str, name: str, sent: Any, meant: Any) -> Answer:
    """A server that takes one value of a parameter for another; None stands for leaving it out."""

    def change(values: Values) -> Values:
        if values.get(name) != sent:
            return values
        return {key: value for key, value in (values | {name: meant}).items() if value is not None}

    return misheard(at, change)


def mended(at: str, name: str, is_wrong: Callable[[str], bool], meant: Any) -> Answer:
    """A server that makes something good of a bad value."""
    return misheard(at, lambda values: values | {name: meant} if is_wrong(str(values.get(name, ""))) else values)


def missing(at: str, name: str, meant: Any) -> Answer:
    """A server that thinks of something where a parameter is left out."""
    answer, own = misheard(at, lambda values: {name: meant} | values), operation(at)
    return lambda honest, sent: answer(honest, sent) if _is_to(own, sent) else honest(sent)


def _is_to(own: Operation, request: Request) -> bool:
    return (own.method, own.path) == (request.method, request.path)


def _any_length(honest: Honest, request: Request) -> Reply:
    return honest(msgspec.structs.replace(request, body=request.body.rstrip(b" ")))


def _mended_json(honest: Honest, request: Request) -> Reply:
    try:
        json.loads(request.body)
    except ValueError:
        return honest(msgspec.structs.replace(request, body=b'{"url": "https://example.com/shoe.jpg"}'))
    return honest(request)


def _by_any_method(honest: Honest, request: Request) -> Reply:
    return honest(msgspec.structs.replace(request, method="GET"))


def _anywhere(at: str) -> Answer:
    def answer(honest: Honest, request: Request) -> Reply:
        reply = honest(request)
        return honest(question(at, asked(at, request))) if reply.status == 404 else reply

    return answer


def _by_any_name(honest: Honest, request: Request) -> Reply:
    reply = honest(request)
    return honest(question(ADD, asked(ADD, request) | {"x-acs-action": "AddImage"})) if reply.status == 404 else reply


def _crashing_on_two(honest: Honest, request: Request) -> Reply:
    """Two bad parameters at once are one too many."""
    values = asked(TAOBAO, request)
    wrong = [name for name, good in (("pageNo", "0"), ("pageSize", "1"), ("crop", "true"), ("categoryId", "3"))
             if name in values and honest(question(TAOBAO, {"picUrl": "https://img.alicdn.com/x.jpg", name: values[name]})).status != 200]  # fmt: skip
    return Reply(status=500, body=b'{"code":500,"message":"x","data":null}') if len(wrong) > 1 else honest(request)


def _beyond_sum(at: str) -> Answer:
    def change(values: Values) -> Values:
        try:
            start, count = int(values.get("Start", 0)), int(values.get("Num", 10))
        except ValueError:
            return values
        return values | {"Start": 500 - count} if start + count > 500 and start < 500 and count <= 100 else values

    return misheard(at, change)


def _sum_too_strict(values: Values) -> Values:
    start, count = str(values.get("Start", 0)), str(values.get("Num", 10))
    is_full = start.isdecimal() and count.isdecimal() and int(start) + int(count) == 500
    return values | {"Start": 499, "Num": 2} if is_full else values


def _is_long(text: str) -> bool:
    return len(text) > 4096


LIMITS = (
    Saboteur("greatest-refused", "limits/inside", TMAPI, taken_for(TMAPI, "page_size", "20", "21")),
    Saboteur("least-refused", "limits/inside", TAOBAO, taken_for(TAOBAO, "pageNo", "0", "-1")),
    Saboteur("language-refused", "limits/inside", DAJI_1688, taken_for(DAJI_1688, "country", "th", "xx")),
    Saboteur(
        "longest-refused", "limits/inside", ADD, mended(ADD, "CustomContent", lambda t: len(t) == 4096, "x" * 4097)
    ),
    Saboteur("one-more-taken", "limits/outside", TAOBAO, taken_for(TAOBAO, "pageSize", "21", "20")),
    Saboteur("one-less-taken", "limits/outside", TMAPI, taken_for(TMAPI, "page", "0", "1")),
    Saboteur("length-not-checked", "limits/outside", ADD, mended(ADD, "CustomContent", _is_long, "x")),
    Saboteur("clamped", "limits/outside", DAJI_1688, taken_for(DAJI_1688, "pageSize", "51", "50")),
    Saboteur(
        "wrong-type-taken",
        "limits/outside",
        TAOBAO,
        mended(TAOBAO, "crop", lambda t: t in ("null", "AAA", "0.5"), "true"),
    ),
    Saboteur(
        "list-not-checked", "limits/outside", TMAPI, mended(TMAPI, "sort", lambda text: text not in SORTS, "default")
    ),
    Saboteur(
        "pattern-not-checked", "limits/outside", DAJI_1688, mended(DAJI_1688, "priceStart", lambda t: t == "true", "1")
    ),
    Saboteur(
        "error-of-another-parameter",
        "limits/outside",
        PICTURE,
        misheard(
            PICTURE, lambda values: values | {"Start": "0", "Num": "x"} if values.get("Start") == "-1" else values
        ),
    ),
    Saboteur(
        "missing-for-too-long", "limits/outside", PICTURE, mended(PICTURE, "InstanceName", lambda t: len(t) > 20, "")
    ),
    Saboteur(
        "other-than-the-default",
        "limits/mended",
        HIOBUY,
        mended(HIOBUY, "Language", lambda text: text not in ("", "zh_CN") and not text[:2].isalpha(), "en_US"),
    ),
    Saboteur("requirement-not-checked", "limits/required", HIOBUY, missing(HIOBUY, "platform", "1688")),
    Saboteur("default-country", "limits/required", DAJI_1688, missing(DAJI_1688, "country", "en")),
    Saboteur(
        "optional-required",
        "limits/required",
        CONVERT,
        misheard(CONVERT, lambda values: values if "search_api_endpoint" in values else {}),
    ),
    Saboteur("default-size", "limits/default", TMAPI, missing(TMAPI, "page_size", "10")),
    Saboteur("default-language", "limits/default", TMAPI, missing(TMAPI, "language", "zh")),
    Saboteur("default-start", "limits/default", PICTURE, missing(PICTURE, "Start", "1")),
    Saboteur("two-wrongs", "limits/together", TAOBAO, _crashing_on_two),
    Saboteur("sum-not-checked", "limits/rules", PICTURE, _beyond_sum(PICTURE)),
    Saboteur("sum-one-off", "limits/rules", NAMED, misheard(NAMED, _sum_too_strict)),
    Saboteur(
        "no-picture-needed",
        "limits/rules",
        DAJI_1688,
        misheard(
            DAJI_1688,
            lambda values: (
                values
                if {"imageId", "imageUrl", "imageAddress"} & values.keys()
                else values | {"imageId": "1164408192156408878"}
            ),
        ),
    ),
    Saboteur("body-of-any-length", "limits/body", HIOBUY, _any_length),
    Saboteur("broken-json-taken", "limits/malformed", CONVERT, _mended_json),
    Saboteur("by-any-method", "limits/method", TMAPI, _by_any_method),
    Saboteur("anywhere", "limits/path", TAOBAO, _anywhere(TAOBAO)),
    Saboteur("by-any-name", "limits/path", ADD, _by_any_name),
)
