"""What a document cannot say, one module per vendor, reached through these tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs.wire import Reply, Request

from ..call import Call
from ..service import Service
from ..world import World
from . import aliyun, aliyun_format, daji_1688, daji_taobao, hiobuy, tmapi

Page = Callable[["World", "Call"], Reply]
Adapt = Callable[["Service", Request, str], str]

# the name that an operation gives its page -> who builds it
PAGES: Final[Mapping[str, Page]] = {
    "aliyun": aliyun.page,
    "daji-1688": daji_1688.page,
    "daji-taobao": daji_taobao.page,
    "hiobuy": hiobuy.page,
    "tmapi": tmapi.page,
}
# API -> who chooses between the forms of an error that a client may ask for
TRANSPORTS: Final[Mapping[str, Adapt]] = {"aliyun": aliyun_format.transport}
