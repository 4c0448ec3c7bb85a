"""Who minds limits otherwise than documented: one off, not at all, by another error."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from lookalike_specs import Operation
from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond
from .tools import Mutation, Values, build_signed_request, change_request, find_operation, read_values

TMAPI, CONVERT = "tmapi/searchItemsByImageUrl", "tmapi/convertImageUrl"
DAJI_1688, TAOBAO, HIOBUY = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl", "hiobuy/queryByImage"
SORTS = ("", "default", "sales", "price_up", "price_down")
BY_PIC, BY_NAME, ADD_IMAGE = "aliyun/SearchImageByPic", "aliyun/SearchImageByName", "aliyun/AddImage"


def replace_value(at: str, name: str, sent: Any, meant: Any) -> Mutation:
    """A server that takes one value of a parameter for another; None stands for leaving it out."""

    def change(values: Values) -> Values:
        if values.get(name) != sent:
            return values
        return {key: value for key, value in (values | {name: meant}).items() if value is not None}

    return change_request(at, change)


def repair_value(at: str, name: str, is_wrong: Callable[[str], bool], meant: Any) -> Mutation:
    """A server that makes something good of a bad value."""
    return change_request(at, lambda values: values | {name: meant} if is_wrong(str(values.get(name, ""))) else values)


def add_missing_value(at: str, name: str, meant: Any) -> Mutation:
    """A server that thinks of something where a parameter is left out."""
    answer, own = change_request(at, lambda values: {name: meant} | values), find_operation(at)
    return lambda honest, sent: answer(honest, sent) if _is_for_operation(own, sent) else honest(sent)


def _is_for_operation(own: Operation, request: Request) -> bool:
    return (own.method, own.path) == (request.method, request.path)


def _accept_any_length(honest: Respond, request: Request) -> Response:
    return honest(msgspec.structs.replace(request, body=request.body.rstrip(b" ")))


def _repair_json(honest: Respond, request: Request) -> Response:
    try:
        json.loads(request.body)
    except ValueError:
        return honest(msgspec.structs.replace(request, body=b'{"url": "https://example.com/shoe.jpg"}'))
    return honest(request)


def _accept_any_method(honest: Respond, request: Request) -> Response:
    return honest(msgspec.structs.replace(request, method="GET"))


def _accept_any_path(at: str) -> Mutation:
    def answer(honest: Respond, request: Request) -> Response:
        reply = honest(request)
        return honest(build_signed_request(at, read_values(at, request))) if reply.status == 404 else reply

    return answer


def _accept_any_action(honest: Respond, request: Request) -> Response:
    reply = honest(request)
    return (
        honest(build_signed_request(ADD_IMAGE, read_values(ADD_IMAGE, request) | {"x-acs-action": "AddImage"}))
        if reply.status == 404
        else reply
    )


def _crash_on_two_errors(honest: Respond, request: Request) -> Response:
    """Two bad parameters at once are one too many."""
    values = read_values(TAOBAO, request)
    wrong = [name for name, good in (("pageNo", "0"), ("pageSize", "1"), ("crop", "true"), ("categoryId", "3"))
             if name in values and honest(build_signed_request(TAOBAO, {"picUrl": "https://img.alicdn.com/x.jpg", name: values[name]})).status != 200]  # fmt: skip
    return Response(status=500, body=b'{"code":500,"message":"x","data":null}') if len(wrong) > 1 else honest(request)


def _ignore_sum_limit(at: str) -> Mutation:
    def change(values: Values) -> Values:
        try:
            start, count = int(values.get("Start", 0)), int(values.get("Num", 10))
        except ValueError:
            return values
        return values | {"Start": 500 - count} if start + count > 500 and start < 500 and count <= 100 else values

    return change_request(at, change)


def _tighten_sum_limit(values: Values) -> Values:
    start, count = str(values.get("Start", 0)), str(values.get("Num", 10))
    is_full = start.isdecimal() and count.isdecimal() and int(start) + int(count) == 500
    return values | {"Start": 499, "Num": 2} if is_full else values


def _is_long(text: str) -> bool:
    return len(text) > 4096


LIMITS_MUTANTS = (
    Mutant("greatest-refused", "limits/inside", TMAPI, replace_value(TMAPI, "page_size", "20", "21")),
    Mutant("least-refused", "limits/inside", TAOBAO, replace_value(TAOBAO, "pageNo", "0", "-1")),
    Mutant("language-refused", "limits/inside", DAJI_1688, replace_value(DAJI_1688, "country", "th", "xx")),
    Mutant(
        "longest-refused",
        "limits/inside",
        ADD_IMAGE,
        repair_value(ADD_IMAGE, "CustomContent", lambda t: len(t) == 4096, "x" * 4097),
    ),
    Mutant("one-more-taken", "limits/outside", TAOBAO, replace_value(TAOBAO, "pageSize", "21", "20")),
    Mutant("one-less-taken", "limits/outside", TMAPI, replace_value(TMAPI, "page", "0", "1")),
    Mutant("length-not-checked", "limits/outside", ADD_IMAGE, repair_value(ADD_IMAGE, "CustomContent", _is_long, "x")),
    Mutant("clamped", "limits/outside", DAJI_1688, replace_value(DAJI_1688, "pageSize", "51", "50")),
    Mutant(
        "wrong-type-taken",
        "limits/outside",
        TAOBAO,
        repair_value(TAOBAO, "crop", lambda t: t in ("null", "AAA", "0.5"), "true"),
    ),
    Mutant(
        "list-not-checked",
        "limits/outside",
        TMAPI,
        repair_value(TMAPI, "sort", lambda text: text not in SORTS, "default"),
    ),
    Mutant(
        "pattern-not-checked",
        "limits/outside",
        DAJI_1688,
        repair_value(DAJI_1688, "priceStart", lambda t: t == "true", "1"),
    ),
    Mutant(
        "error-of-another-parameter",
        "limits/outside",
        BY_PIC,
        change_request(
            BY_PIC, lambda values: values | {"Start": "0", "Num": "x"} if values.get("Start") == "-1" else values
        ),
    ),
    Mutant(
        "missing-for-too-long",
        "limits/outside",
        BY_PIC,
        repair_value(BY_PIC, "InstanceName", lambda t: len(t) > 20, ""),
    ),
    Mutant(
        "other-than-the-default",
        "limits/mended",
        HIOBUY,
        repair_value(HIOBUY, "Language", lambda text: text not in ("", "zh_CN") and not text[:2].isalpha(), "en_US"),
    ),
    Mutant("requirement-not-checked", "limits/required", HIOBUY, add_missing_value(HIOBUY, "platform", "1688")),
    Mutant("default-country", "limits/required", DAJI_1688, add_missing_value(DAJI_1688, "country", "en")),
    Mutant(
        "optional-required",
        "limits/required",
        CONVERT,
        change_request(CONVERT, lambda values: values if "search_api_endpoint" in values else {}),
    ),
    Mutant("default-size", "limits/default", TMAPI, add_missing_value(TMAPI, "page_size", "10")),
    Mutant("default-language", "limits/default", TMAPI, add_missing_value(TMAPI, "language", "zh")),
    Mutant("default-start", "limits/default", BY_PIC, add_missing_value(BY_PIC, "Start", "1")),
    Mutant("two-wrongs", "limits/together", TAOBAO, _crash_on_two_errors),
    Mutant("sum-not-checked", "limits/rules", BY_PIC, _ignore_sum_limit(BY_PIC)),
    Mutant("sum-one-off", "limits/rules", BY_NAME, change_request(BY_NAME, _tighten_sum_limit)),
    Mutant(
        "no-picture-needed",
        "limits/rules",
        DAJI_1688,
        change_request(
            DAJI_1688,
            lambda values: (
                values
                if {"imageId", "imageUrl", "imageAddress"} & values.keys()
                else values | {"imageId": "1164408192156408878"}
            ),
        ),
    ),
    Mutant("body-of-any-length", "limits/body", HIOBUY, _accept_any_length),
    Mutant("broken-json-taken", "limits/malformed", CONVERT, _repair_json),
    Mutant("by-any-method", "limits/method", TMAPI, _accept_any_method),
    Mutant("anywhere", "limits/path", TAOBAO, _accept_any_path(TAOBAO)),
    Mutant("by-any-name", "limits/path", ADD_IMAGE, _accept_any_action),
)
