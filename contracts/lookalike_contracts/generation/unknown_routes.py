"""Good requests at routes that the API does not have: by another method, or to another path."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

import msgspec

from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_request

from ..context import CheckContext

METHODS: Final = ("PUT", "DELETE", "PATCH", "GET", "POST")
MAX_METHODS: Final = 2
UNKNOWN_PATH: Final = "/lookalike-no-such-path"


def build_wrong_method_requests(context: CheckContext) -> Iterator[Request]:
    """Yield requests by methods that no operation has at its path."""
    path = context.operation.path
    documented = {operation.method for operation in context.api.operations if operation.path == path}
    undocumented = [method for method in METHODS if method not in documented]
    for method in undocumented[:MAX_METHODS]:
        operation = dataclasses.replace(context.operation, method=method)
        yield build_request(operation, context.build_values(), context.target.url)


def build_unknown_path_requests(context: CheckContext) -> Iterator[Request]:
    """Yield a request to a path that is not there; none for `/`, below which it may be somebody else's server."""
    request = build_request(context.operation, context.build_values(), context.target.url)
    if request.path != "/":
        yield msgspec.structs.replace(request, path=request.path + UNKNOWN_PATH)
