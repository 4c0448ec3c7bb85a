"""Who spoils errors: their code, their message, their way to travel."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from lookalike_specs.wire import Reply, Request

from .answer import replaced
from .saboteur import Honest, Saboteur
from .tools import Answer, asked, honestly, question

TMAPI, CONVERT = "tmapi/searchItemsByImageUrl", "tmapi/convertImageUrl"
DAJI_1688, TAOBAO, HIOBUY = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl", "hiobuy/queryByImage"
PICTURE, DELETE, PERMIT = "aliyun/SearchImageByPic", "aliyun/DeleteImage", "aliyun/AuthorizeFileUpload"
PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def in_error(change: Callable[[Any], Any], key: str = "", value: Any = None) -> Answer:
    """A server whose errors have another body; only those that have a value at a key, where there is one."""

    def answer(honest: Honest, request: Request) -> Reply:
        reply = honest(request)
        body = json.loads(reply.body) if reply.media_type.startswith("application/json") else None
        is_error = isinstance(body, dict) and (reply.status != 200 or body.get("ret") == 0)
        if not is_error or (key and body.get(key) != value):
            return reply
        changed = json.dumps(change(body), ensure_ascii=False).encode()
        return msgspec.structs.replace(reply, body=changed)

    return answer


def instead(at: str, error: str, other: dict[str, Any]) -> Answer:
    """A server that answers what those values bring, where it had to answer an error of that code."""

    def answer(honest: Honest, request: Request) -> Reply:
        reply = honest(request)
        if f'"{error}"'.encode() not in reply.body:
            return reply
        return honest(question(at, asked(at, request) | other))

    return answer


def _never(at: str, code: str) -> Answer:
    """A server that has forgotten one of its errors, and goes on with the plain request's answer."""

    def answer(honest: Honest, request: Request) -> Reply:
        reply = honest(request)
        values = {name: value for name, value in asked(at, request).items() if name != "CategoryId"}
        if f'"Code":"{code}"'.encode() not in reply.body:
            return reply
        return msgspec.structs.replace(reply, status=200, body=json.dumps(honestly(at, honest, values)).encode())

    return answer


ERROR = (
    Saboteur("code-changed", "error/code", DAJI_1688, in_error(lambda body: body | {"code": 4000})),
    Saboteur(
        "code-as-text",
        "error/code",
        TMAPI,
        in_error(lambda body: body | {k: str(v) for k, v in body.items() if k == "code"}),
    ),
    Saboteur(
        "code-in-other-letters", "error/code", DELETE, in_error(lambda body: body | {"Code": body["Code"].lower()})
    ),
    Saboteur("message-changed", "error/message", PICTURE, in_error(lambda body: body | {"Message": "Bad request."})),
    Saboteur(
        "message-translated", "error/message", TAOBAO, in_error(lambda b: b | {"message": "Bad parameter"}, "code", 400)
    ),
    Saboteur(
        "message-with-a-full-stop", "error/message", HIOBUY, in_error(lambda body: body | {"msg": body["msg"] + "."})
    ),
    Saboteur("other-envelope", "error/transport", HIOBUY, in_error(lambda body: {"error": {"message": body["msg"]}})),
    Saboteur("bare-text", "error/transport", DELETE, in_error(lambda body: body["Message"])),
    Saboteur("page-of-a-proxy", "error/transport", CONVERT, replaced(False, body=PAGE, media_type="text/html")),
    Saboteur("one-status-for-all", "error/transport", TMAPI, replaced(False, status=400)),
    Saboteur("not-data-null", "error/transport", TAOBAO, in_error(lambda body: body | {"data": []}, "code", 400)),
    Saboteur("no-allow", "error/headers", DAJI_1688, replaced(False, headers=())),
    Saboteur("no-allow-in-json", "error/headers", HIOBUY, replaced(False, headers=())),
    Saboteur("error-forgotten", "error/catalogue", PICTURE, _never(PICTURE, "InvalidCategory")),
    Saboteur(
        "error-of-another",
        "error/catalogue",
        PICTURE,
        instead(PICTURE, "InvalidNumParameter", {"Num": 10, "Crop": "x"}),
    ),
)
