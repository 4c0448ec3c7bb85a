"""Who spoils answers as wholes: their status, their media type, their bodies."""

import json
from typing import Any

import msgspec

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond, change_body
from .tools import Mutation, change_each_item

TMAPI = "tmapi/searchItemsByImageUrl"
DAJI_1688, TAOBAO, HIOBUY = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl", "hiobuy/queryByImage"
ADD_IMAGE = "aliyun/AddImage"


def replace_response(is_good: bool, **changes: Any) -> Mutation:
    """A server whose good answers, or bad ones, have something else in the place of their status, body, headers."""

    def answer(honest: Respond, request: Request) -> Response:
        reply = honest(request)
        if (reply.status == 200) is not is_good:
            return reply
        return msgspec.structs.replace(reply, **{n: v(reply) if callable(v) else v for n, v in changes.items()})

    return answer


def _rename_id(item: Any) -> None:
    item["offer_id"] = item.pop("offerId")


def _render_xml(reply: Response) -> bytes:
    return f"<answer>{json.loads(reply.body)['code']}</answer>".encode()


def _encode_gbk(reply: Response) -> bytes:
    return reply.body.decode().encode("gbk", "replace").replace(b"success", "成功".encode("gbk"))


RESPONSE_MUTANTS = (
    Mutant("field-dropped", "answer/schema", TMAPI, change_each_item(TMAPI, lambda item: item.pop("title"))),
    Mutant("field-renamed", "answer/schema", DAJI_1688, change_each_item(DAJI_1688, _rename_id)),
    Mutant(
        "field-added",
        "answer/schema",
        TAOBAO,
        change_each_item(TAOBAO, lambda item: item.update(discount="5")),
        strict=True,
    ),
    Mutant(
        "number-as-text", "answer/schema", TMAPI, change_each_item(TMAPI, lambda i: i.update(item_id=str(i["item_id"])))
    ),
    Mutant(
        "text-as-number",
        "answer/schema",
        TAOBAO,
        change_each_item(TAOBAO, lambda item: item.update(sellerId=2127922298)),
    ),
    Mutant(
        "null-where-none-may-be",
        "answer/schema",
        HIOBUY,
        change_each_item(HIOBUY, lambda item: item.update(title=None)),
    ),
    Mutant("list-as-object", "answer/schema", DAJI_1688, change_body(lambda b: b["data"].update(data={}) or b)),
    Mutant(
        "value-outside-enumeration", "answer/schema", TAOBAO, change_each_item(TAOBAO, lambda i: i.update(userType=2))
    ),
    Mutant("truth-as-text", "answer/schema", ADD_IMAGE, change_body(lambda body: body | {"RequestId": 7})),
    Mutant("empty-body", "answer/schema", TMAPI, replace_response(True, body=b"")),
    Mutant("body-cut", "answer/schema", HIOBUY, replace_response(True, body=lambda reply: reply.body[:-1])),
    Mutant("status-changed", "answer/status", DAJI_1688, replace_response(True, status=201)),
    Mutant("error-status-changed", "answer/status", TAOBAO, replace_response(False, status=418)),
    Mutant(
        "xml-for-json",
        "answer/media-type",
        TMAPI,
        replace_response(True, body=_render_xml, media_type="application/xml"),
    ),
    Mutant("called-text", "answer/media-type", TAOBAO, replace_response(True, media_type="text/plain")),
    Mutant("success-under-error-status", "answer/envelope", TAOBAO, replace_response(True, status=500)),
    Mutant("error-under-success-status", "answer/envelope", TMAPI, replace_response(False, status=200)),
    Mutant("no-content-type", "answer/headers", DAJI_1688, replace_response(True, media_type="")),
    Mutant("other-character-set", "answer/headers", ADD_IMAGE, replace_response(True, body=_encode_gbk)),
    Mutant(
        "unknown-character-set",
        "answer/headers",
        HIOBUY,
        replace_response(True, media_type="application/json;charset=utf-88"),
    ),
)
