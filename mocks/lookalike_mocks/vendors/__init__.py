"""What a document cannot say: one module or folder per vendor, reached through these tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import Operation
from lookalike_specs.messages import Response
from lookalike_specs.plugins import add_entry

from ..context import RequestContext
from ..examples import handle_example
from ..parsing import ParsedRequest
from ..sandbox.state import SandboxState
from ..service import Service
from . import hiobuy, tmapi
from .aliyun import file_upload, response_format, search, stored_images
from .daji import image_upload, search_1688, search_taobao

# returns a good answer, or raises VendorError
Handler = Callable[[SandboxState, RequestContext], Response]
# returns the name of an error's format, given the one that the spec chose
ErrorFormatSelector = Callable[[Service, ParsedRequest, str, Operation | None], str]

# the name in an operation's `x-lookalike.handler` -> who answers it
HANDLERS: Final[dict[str, Handler]] = {
    "examples": handle_example,
    "aliyun": search.handle_search_by_image,
    "aliyun-add": stored_images.handle_add_image,
    "aliyun-delete": stored_images.handle_delete_image,
    "aliyun-name": search.handle_search_by_name,
    "aliyun-permit": file_upload.handle_upload_permit,
    "aliyun-roa": search.handle_roa_search,
    "aliyun-upload": file_upload.handle_upload,
    "daji-1688": search_1688.handle_1688_search,
    "daji-taobao": search_taobao.handle_taobao_search,
    "daji-upload": image_upload.handle_upload,
    "hiobuy": hiobuy.handle_search,
    "tmapi": tmapi.handle_search,
    "tmapi-convert": tmapi.handle_convert,
}
# API -> who chooses between the formats of an error that a client may ask for
ERROR_FORMAT_SELECTORS: Final[Mapping[str, ErrorFormatSelector]] = {"aliyun": response_format.select_error_format}


def register_handler(name: str, handler: Handler) -> None:
    """Add a handler of another package, for operations that name it. Raise ValueError for a name that is taken."""
    if name in HANDLERS:
        raise ValueError(f"two handlers are called {name!r}")
    add_entry(HANDLERS, name, handler)
