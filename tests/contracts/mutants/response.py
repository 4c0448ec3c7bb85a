"""Mutants of whole responses: their status, their media type, their bodies."""

import json
from typing import Any

import msgspec

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond, change_body
from .mutations import Mutation, change_each_item

TMAPI = "tmapi/searchItemsByImageUrl"
DAJI_1688 = "daji-1688/imageQuery"
TAOBAO = "daji-taobao/imageSearchByUrl"
HIOBUY = "hiobuy/queryByImage"
ADD_IMAGE = "aliyun/AddImage"


def replace_response(is_good: bool, **changes: Any) -> Mutation:
    """Mutate a server so that its good responses, or the others, have another status, body or headers.

    A change is the new value, or a function of the response that returns it.
    """

    def respond(honest: Respond, request: Request) -> Response:
        response = honest(request)
        if (response.status == 200) is not is_good:
            return response
        values = {name: change(response) if callable(change) else change for name, change in changes.items()}
        return msgspec.structs.replace(response, **values)

    return respond


def _rename_id(item: Any) -> None:
    item["offer_id"] = item.pop("offerId")


def _turn_list_into_object(body: Any) -> Any:
    body["data"]["data"] = {}
    return body


def _render_xml(response: Response) -> bytes:
    return f"<answer>{json.loads(response.body)['code']}</answer>".encode()


def _encode_gbk(response: Response) -> bytes:
    return response.body.decode().encode("gbk", "replace").replace(b"success", "成功".encode("gbk"))


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
    Mutant("list-as-object", "answer/schema", DAJI_1688, change_body(_turn_list_into_object)),
    Mutant(
        "value-outside-enumeration", "answer/schema", TAOBAO, change_each_item(TAOBAO, lambda i: i.update(userType=2))
    ),
    Mutant("truth-as-text", "answer/schema", ADD_IMAGE, change_body(lambda body: body | {"RequestId": 7})),
    Mutant("empty-body", "answer/schema", TMAPI, replace_response(True, body=b"")),
    Mutant("body-cut", "answer/schema", HIOBUY, replace_response(True, body=lambda response: response.body[:-1])),
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
