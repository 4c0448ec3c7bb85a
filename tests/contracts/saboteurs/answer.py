"""Who spoils answers as wholes: their status, their media type, their bodies."""

import json
from typing import Any

import msgspec

from lookalike_specs.wire import Reply, Request

from .saboteur import Honest, Saboteur, in_body
from .tools import Answer, in_each

TMAPI = "tmapi/searchItemsByImageUrl"
DAJI_1688, TAOBAO, HIOBUY = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl", "hiobuy/queryByImage"
ADD = "aliyun/AddImage"


def replaced(is_good: bool, **changes: Any) -> Answer:
    """A server whose good answers, or bad ones, have something else in the place of their status, body, headers."""

    def answer(honest: Honest, request: Request) -> Reply:
        reply = honest(request)
        if (reply.status == 200) is not is_good:
            return reply
        return msgspec.structs.replace(reply, **{n: v(reply) if callable(v) else v for n, v in changes.items()})

    return answer


def _renamed(item: Any) -> None:
    item["offer_id"] = item.pop("offerId")


def _in_xml(reply: Reply) -> bytes:
    return f"<answer>{json.loads(reply.body)['code']}</answer>".encode()


def _in_gbk(reply: Reply) -> bytes:
    return reply.body.decode().encode("gbk", "replace").replace(b"success", "成功".encode("gbk"))


ANSWER = (
    Saboteur("field-dropped", "answer/schema", TMAPI, in_each(TMAPI, lambda item: item.pop("title"))),
    Saboteur("field-renamed", "answer/schema", DAJI_1688, in_each(DAJI_1688, _renamed)),
    Saboteur(
        "field-added", "answer/schema", TAOBAO, in_each(TAOBAO, lambda item: item.update(discount="5")), strict=True
    ),
    Saboteur("number-as-text", "answer/schema", TMAPI, in_each(TMAPI, lambda i: i.update(item_id=str(i["item_id"])))),
    Saboteur("text-as-number", "answer/schema", TAOBAO, in_each(TAOBAO, lambda item: item.update(sellerId=2127922298))),
    Saboteur("null-where-none-may-be", "answer/schema", HIOBUY, in_each(HIOBUY, lambda item: item.update(title=None))),
    Saboteur("list-as-object", "answer/schema", DAJI_1688, in_body(lambda b: b["data"].update(data={}) or b)),
    Saboteur("value-outside-enumeration", "answer/schema", TAOBAO, in_each(TAOBAO, lambda i: i.update(userType=2))),
    Saboteur("truth-as-text", "answer/schema", ADD, in_body(lambda body: body | {"RequestId": 7})),
    Saboteur("empty-body", "answer/schema", TMAPI, replaced(True, body=b"")),
    Saboteur("body-cut", "answer/schema", HIOBUY, replaced(True, body=lambda reply: reply.body[:-1])),
    Saboteur("status-changed", "answer/status", DAJI_1688, replaced(True, status=201)),
    Saboteur("error-status-changed", "answer/status", TAOBAO, replaced(False, status=418)),
    Saboteur("xml-for-json", "answer/media-type", TMAPI, replaced(True, body=_in_xml, media_type="application/xml")),
    Saboteur("called-text", "answer/media-type", TAOBAO, replaced(True, media_type="text/plain")),
    Saboteur("success-under-error-status", "answer/envelope", TAOBAO, replaced(True, status=500)),
    Saboteur("error-under-success-status", "answer/envelope", TMAPI, replaced(False, status=200)),
    Saboteur("no-content-type", "answer/headers", DAJI_1688, replaced(True, media_type="")),
    Saboteur("other-character-set", "answer/headers", ADD, replaced(True, body=_in_gbk)),
    Saboteur(
        "unknown-character-set", "answer/headers", HIOBUY, replaced(True, media_type="application/json;charset=utf-88")
    ),
)
