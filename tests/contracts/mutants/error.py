"""Mutants of errors: their code, their message, their format."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond
from .mutations import Mutation, build_signed_request, fetch_body, read_values
from .response import replace_response

TMAPI = "tmapi/searchItemsByImageUrl"
CONVERT = "tmapi/convertImageUrl"
DAJI_1688 = "daji-1688/imageQuery"
TAOBAO = "daji-taobao/imageSearchByUrl"
HIOBUY = "hiobuy/queryByImage"
BY_PIC = "aliyun/SearchImageByPic"
DELETE_IMAGE = "aliyun/DeleteImage"
AUTHORIZE = "aliyun/AuthorizeFileUpload"
PROXY_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def change_error(change: Callable[[Any], Any], key: str = "", value: Any = None) -> Mutation:
    """Mutate a server so that its errors have another body; with a key, only those that have this value there."""

    def respond(honest: Respond, request: Request) -> Response:
        response = honest(request)
        if not response.media_type.startswith("application/json"):
            return response
        body = json.loads(response.body)
        if not isinstance(body, dict):
            return response
        # HioBuy's native errors come under HTTP 200
        is_error = response.status != 200 or body.get("ret") == 0
        if not is_error or (key and body.get(key) != value):
            return response
        return msgspec.structs.replace(response, body=json.dumps(change(body), ensure_ascii=False).encode())

    return respond


def answer_other_values(operation: str, error: str, other: dict[str, Any]) -> Mutation:
    """Mutate a server so that it answers what those values lead to, where it had to answer an error of that code."""

    def respond(honest: Respond, request: Request) -> Response:
        response = honest(request)
        if f'"{error}"'.encode() not in response.body:
            return response
        return honest(build_signed_request(operation, read_values(operation, request) | other))

    return respond


def _forget_error(operation: str, code: str) -> Mutation:
    """Mutate a server so that it does not know one of its errors, and goes on with the plain request's response."""

    def respond(honest: Respond, request: Request) -> Response:
        response = honest(request)
        if f'"Code":"{code}"'.encode() not in response.body:
            return response
        values = read_values(operation, request)
        values.pop("CategoryId", None)
        body = json.dumps(fetch_body(operation, honest, values)).encode()
        return msgspec.structs.replace(response, status=200, body=body)

    return respond


def _correct_values(operation: str, other: dict[str, Any], sign_of_error: bytes) -> Mutation:
    """Mutate a server so that it takes other values where it had to answer that error."""

    def respond(honest: Respond, request: Request) -> Response:
        response = honest(request)
        if sign_of_error not in response.body:
            return response
        return honest(build_signed_request(operation, read_values(operation, request) | other))

    return respond


def _write_code_as_text(body: Any) -> Any:
    if "code" not in body:
        return body
    return body | {"code": str(body["code"])}


ERROR_MUTANTS = (
    Mutant("code-changed", "error/code", DAJI_1688, change_error(lambda body: body | {"code": 4000})),
    Mutant(
        "code-as-text",
        "error/code",
        TMAPI,
        change_error(_write_code_as_text),
    ),
    Mutant(
        "code-in-other-letters",
        "error/code",
        DELETE_IMAGE,
        change_error(lambda body: body | {"Code": body["Code"].lower()}),
    ),
    Mutant("message-changed", "error/message", BY_PIC, change_error(lambda body: body | {"Message": "Bad request."})),
    Mutant(
        "message-translated",
        "error/message",
        TAOBAO,
        change_error(lambda b: b | {"message": "Bad parameter"}, "code", 400),
    ),
    Mutant(
        "message-with-a-full-stop",
        "error/message",
        HIOBUY,
        change_error(lambda body: body | {"msg": body["msg"] + "."}),
    ),
    Mutant("other-envelope", "error/transport", HIOBUY, change_error(lambda body: {"error": {"message": body["msg"]}})),
    Mutant("bare-text", "error/transport", DELETE_IMAGE, change_error(lambda body: body["Message"])),
    Mutant(
        "page-of-a-proxy", "error/transport", CONVERT, replace_response(False, body=PROXY_PAGE, media_type="text/html")
    ),
    Mutant("one-status-for-all", "error/transport", TMAPI, replace_response(False, status=400)),
    Mutant("not-data-null", "error/transport", TAOBAO, change_error(lambda body: body | {"data": []}, "code", 400)),
    Mutant("no-allow", "error/headers", DAJI_1688, replace_response(False, headers=())),
    Mutant("no-allow-in-json", "error/headers", HIOBUY, replace_response(False, headers=())),
    Mutant("error-forgotten", "error/catalogue", BY_PIC, _forget_error(BY_PIC, "InvalidCategory")),
    Mutant(
        "error-of-another",
        "error/catalogue",
        BY_PIC,
        answer_other_values(BY_PIC, "InvalidNumParameter", {"Num": 10, "Crop": "x"}),
    ),
    Mutant(
        "picture-of-nowhere",
        "error/catalogue",
        CONVERT,
        _correct_values(CONVERT, {"url": "https://example.com/shoe.jpg"}, b'"code":417'),
    ),
    Mutant(
        "any-text-an-image",
        "error/catalogue",
        DAJI_1688,
        _correct_values(DAJI_1688, {"imageId": "1048608196202797156"}, "图片不存在或已过期".encode()),
    ),
    Mutant(
        "number-compared-with-text",
        "error/catalogue",
        BY_PIC,
        _correct_values(BY_PIC, {"Filter": "int_attr>1"}, b'"InvalidIntAttr"'),
    ),
)
