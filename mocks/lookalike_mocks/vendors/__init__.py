"""What a document cannot say, one module per vendor, reached through these tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import Operation
from lookalike_specs.wire import Response, Request

from ..call import RequestContext
from ..service import Service
from ..world import SandboxState
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

Handler = Callable[["SandboxState", "RequestContext"], Response]
ErrorFormatSelector = Callable[["Service", Request, str, Operation | None], str]

# the name that an operation gives its page -> who builds it
HANDLERS: Final[Mapping[str, Handler]] = {
    "aliyun": aliyun.handle_search_by_image,
    "aliyun-add": aliyun_add.handle_add_image,
    "aliyun-delete": aliyun_delete.handle_delete_image,
    "aliyun-name": aliyun_name.handle_search_by_name,
    "aliyun-permit": aliyun_permit.handle_upload_permit,
    "aliyun-roa": aliyun_roa.handle_roa_search,
    "aliyun-upload": aliyun_upload.handle_upload,
    "daji-1688": daji_1688.handle_1688_search,
    "daji-taobao": daji_taobao.handle_taobao_search,
    "daji-upload": daji_upload.handle_upload,
    "hiobuy": hiobuy.handle_search,
    "tmapi": tmapi.handle_search,
    "tmapi-convert": tmapi_convert.handle_convert,
}
# API -> who chooses between the forms of an error that a client may ask for
ERROR_FORMAT_SELECTORS: Final[Mapping[str, ErrorFormatSelector]] = {"aliyun": aliyun_format.select_error_format}
