"""Good requests at routes that the API does not have: by another method, or to another path."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

from lookalike_specs import Api
from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_request

from ..context import CheckContext

METHODS: Final = ("PUT", "DELETE", "PATCH", "GET", "POST")
MAX_METHODS: Final = 2
UNKNOWN_PATH: Final = "/lookalike-no-such-path"
MAX_DEPTH: Final = 3
NAME: Final = re.compile(r"\{[^{}]*\}")


def build_wrong_method_requests(context: CheckContext) -> Iterator[Request]:
    """Yield requests by methods that no operation has at its path."""
    request = build_request(context.operation, context.build_values(), context.target.url)
    documented = _find_methods(context.api, request.path)
    undocumented = [method for method in METHODS if method not in documented]
    for method in undocumented[:MAX_METHODS]:
        operation = dataclasses.replace(context.operation, method=method)
        yield build_request(operation, context.build_values(), context.target.url)


def build_unknown_path_requests(context: CheckContext) -> Iterator[Request]:
    """Yield a request to a path that is not there; none for `/`, below which it may be somebody else's server."""
    request = build_request(context.operation, context.build_values(), context.target.url)
    if request.path == "/":
        return
    for depth in range(1, MAX_DEPTH + 1):
        path = request.path + UNKNOWN_PATH * depth
        # below `/pet` there may be `/pet/{petId}`, which any name fits
        if not _find_methods(context.api, path):
            yield msgspec.structs.replace(request, path=path)
            return


def _find_methods(api: Api, path: str) -> set[str]:
    """Return the methods of all operations whose path, with its `{names}`, that path fits."""
    return {operation.method for operation in api.operations if _compile_path(operation.path).search(path)}


@lru_cache(maxsize=256)
def _compile_path(template: str) -> re.Pattern[str]:
    # not anchored at its beginning: the server's own address may have a path, too
    literals = [re.escape(literal) for literal in NAME.split(template)]
    return re.compile("[^/]+".join(literals) + "$")
