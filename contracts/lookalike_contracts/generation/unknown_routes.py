"""Good requests that went astray: by a method, or to a path, that the API does not have."""

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


def build_wrong_method_requests(subject: CheckContext) -> Iterator[Request]:
    """By methods that no operation has at its path."""
    known = {each.method for each in subject.api.operations if each.path == subject.operation.path}
    for other in [each for each in METHODS if each not in known][:MAX_METHODS]:
        operation = dataclasses.replace(subject.operation, method=other)
        yield build_request(operation, subject.build_values(), subject.target.url)


def build_unknown_path_requests(subject: CheckContext) -> Iterator[Request]:
    """To a path that is not there; none for `/`, below which it may be somebody else's server."""
    plain = build_request(subject.operation, subject.build_values(), subject.target.url)
    if plain.path != "/":
        yield msgspec.structs.replace(plain, path=plain.path + UNKNOWN_PATH)
