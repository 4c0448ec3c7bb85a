"""What a document cannot say, one module per vendor, reached through these tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import Operation
from lookalike_specs.wire import Reply, Request

from ..call import Call
from ..service import Service
from ..world import World
from . import (
    aliyun,
    aliyun_add,
    aliyun_delete,
    aliyun_format,
    aliyun_name,
    aliyun_permit,
    aliyun_roa,
    aliyun_upload,
    daji_1688,
    daji_taobao,
    daji_upload,
    hiobuy,
    tmapi,
    tmapi_convert,
)

Page = Callable[["World", "Call"], Reply]
Adapt = Callable[["Service", Request, str, Operation | None], str]

# the name that an operation gives its page -> who builds it
PAGES: Final[Mapping[str, Page]] = {
    "aliyun": aliyun.page,
    "aliyun-add": aliyun_add.page,
    "aliyun-delete": aliyun_delete.page,
    "aliyun-name": aliyun_name.page,
    "aliyun-permit": aliyun_permit.page,
    "aliyun-roa": aliyun_roa.page,
    "aliyun-upload": aliyun_upload.page,
    "daji-1688": daji_1688.page,
    "daji-taobao": daji_taobao.page,
    "daji-upload": daji_upload.page,
    "hiobuy": hiobuy.page,
    "tmapi": tmapi.page,
    "tmapi-convert": tmapi_convert.page,
}
# API -> who chooses between the forms of an error that a client may ask for
TRANSPORTS: Final[Mapping[str, Adapt]] = {"aliyun": aliyun_format.transport}
