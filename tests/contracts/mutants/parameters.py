"""Mutants of limits: one off, not checked, or with another error."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond
from .mutations import Mutation, Values, build_signed_request, change_request, find_operation, read_values

TMAPI = "tmapi/searchItemsByImageUrl"
CONVERT = "tmapi/convertImageUrl"
DAJI_1688 = "daji-1688/imageQuery"
TAOBAO = "daji-taobao/imageSearchByUrl"
HIOBUY = "hiobuy/queryByImage"
SORTS = ("", "default", "sales", "price_up", "price_down")
BY_PIC = "aliyun/SearchImageByPic"
BY_NAME = "aliyun/SearchImageByName"
ADD_IMAGE = "aliyun/AddImage"


def replace_value(operation: str, name: str, sent: Any, replacement: Any) -> Mutation:
    """Mutate a server so that it takes one value of a parameter for another; None stands for leaving it out."""

    def replace(values: Values) -> Values:
        if values.get(name) != sent:
            return values
        return {key: value for key, value in (values | {name: replacement}).items() if value is not None}

    return change_request(operation, replace)


def repair_value(operation: str, name: str, is_wrong: Callable[[str], bool], replacement: Any) -> Mutation:
    """Mutate a server so that it makes a good value of a bad one."""

    def repair(values: Values) -> Values:
        if not is_wrong(str(values.get(name, ""))):
            return values
        return values | {name: replacement}

    return change_request(operation, repair)


def add_missing_value(operation: str, name: str, value: Any) -> Mutation:
    """Mutate a server so that it has a default of its own for a parameter."""
    add_value = change_request(operation, lambda values: {name: value} | values)
    target = find_operation(operation)

    def respond(honest: Respond, request: Request) -> Response:
        # requests to other paths have no parameters, and would all get one
        if (target.method, target.path) != (request.method, request.path):
            return honest(request)
        return add_value(honest, request)

    return respond


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


def _accept_any_path(operation: str) -> Mutation:
    def respond(honest: Respond, request: Request) -> Response:
        response = honest(request)
        if response.status != 404:
            return response
        return honest(build_signed_request(operation, read_values(operation, request)))

    return respond


def _accept_any_action(honest: Respond, request: Request) -> Response:
    response = honest(request)
    if response.status != 404:
        return response
    values = read_values(ADD_IMAGE, request) | {"x-acs-action": "AddImage"}
    return honest(build_signed_request(ADD_IMAGE, values))


def _crash_on_two_errors(honest: Respond, request: Request) -> Response:
    """Answer HTTP 500 when two parameters are bad at once."""
    values = read_values(TAOBAO, request)
    errors = 0
    for name in ("pageNo", "pageSize", "crop", "categoryId"):
        if name in values:
            alone = build_signed_request(TAOBAO, {"picUrl": "https://img.alicdn.com/x.jpg", name: values[name]})
            errors += honest(alone).status != 200
    if errors > 1:
        return Response(status=500, body=b'{"code":500,"message":"x","data":null}')
    return honest(request)


def _ignore_sum_limit(operation: str) -> Mutation:
    def lower_start(values: Values) -> Values:
        try:
            start = int(values.get("Start", 0))
            count = int(values.get("Num", 10))
        except ValueError:
            return values
        if start + count <= 500 or start >= 500 or count > 100:
            return values
        return values | {"Start": 500 - count}

    return change_request(operation, lower_start)


def _tighten_sum_limit(values: Values) -> Values:
    start = str(values.get("Start", 0))
    count = str(values.get("Num", 10))
    if start.isdecimal() and count.isdecimal() and int(start) + int(count) == 500:
        return values | {"Start": 499, "Num": 2}
    return values


def _is_long(text: str) -> bool:
    return len(text) > 4096


def _confuse_parameters(values: Values) -> Values:
    if values.get("Start") != "-1":
        return values
    return values | {"Start": "0", "Num": "x"}


def _require_optional_parameter(values: Values) -> Values:
    return values if "search_api_endpoint" in values else {}


def _add_default_image(values: Values) -> Values:
    if {"imageId", "imageUrl", "imageAddress"} & values.keys():
        return values
    return values | {"imageId": "1164408192156408878"}


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
        change_request(BY_PIC, _confuse_parameters),
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
        change_request(CONVERT, _require_optional_parameter),
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
        change_request(DAJI_1688, _add_default_image),
    ),
    Mutant("body-of-any-length", "limits/body", HIOBUY, _accept_any_length),
    Mutant("broken-json-taken", "limits/malformed", CONVERT, _repair_json),
    Mutant("by-any-method", "limits/method", TMAPI, _accept_any_method),
    Mutant("anywhere", "limits/path", TAOBAO, _accept_any_path(TAOBAO)),
    Mutant("by-any-name", "limits/path", ADD_IMAGE, _accept_any_action),
)
