"""Who spoils errors: their code, their message, their way to travel."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from lookalike_specs.messages import Request, Response

from .answer import replace_response
from .mutant import Mutant, Respond
from .tools import Mutation, build_signed_request, fetch_body, read_values

TMAPI, CONVERT = "tmapi/searchItemsByImageUrl", "tmapi/convertImageUrl"
DAJI_1688, TAOBAO, HIOBUY = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl", "hiobuy/queryByImage"
BY_PIC, DELETE_IMAGE, AUTHORIZE = "aliyun/SearchImageByPic", "aliyun/DeleteImage", "aliyun/AuthorizeFileUpload"
PROXY_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def change_error(change: Callable[[Any], Any], key: str = "", value: Any = None) -> Mutation:
    """A server whose errors have another body; only those that have a value at a key, where there is one."""

    def answer(honest: Respond, request: Request) -> Response:
        reply = honest(request)
        body = json.loads(reply.body) if reply.media_type.startswith("application/json") else None
        is_error = isinstance(body, dict) and (reply.status != 200 or body.get("ret") == 0)
        if not is_error or (key and body.get(key) != value):
            return reply
        changed = json.dumps(change(body), ensure_ascii=False).encode()
        return msgspec.structs.replace(reply, body=changed)

    return answer


def answer_other_values(at: str, error: str, other: dict[str, Any]) -> Mutation:
    """A server that answers what those values bring, where it had to answer an error of that code."""

    def answer(honest: Respond, request: Request) -> Response:
        reply = honest(request)
        if f'"{error}"'.encode() not in reply.body:
            return reply
        return honest(build_signed_request(at, read_values(at, request) | other))

    return answer


def _forget_error(at: str, code: str) -> Mutation:
    """A server that has forgotten one of its errors, and goes on with the plain request's answer."""

    def answer(honest: Respond, request: Request) -> Response:
        reply = honest(request)
        values = {name: value for name, value in read_values(at, request).items() if name != "CategoryId"}
        if f'"Code":"{code}"'.encode() not in reply.body:
            return reply
        return msgspec.structs.replace(reply, status=200, body=json.dumps(fetch_body(at, honest, values)).encode())

    return answer


ERROR_MUTANTS = (
    Mutant("code-changed", "error/code", DAJI_1688, change_error(lambda body: body | {"code": 4000})),
    Mutant(
        "code-as-text",
        "error/code",
        TMAPI,
        change_error(lambda body: body | {k: str(v) for k, v in body.items() if k == "code"}),
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
)
