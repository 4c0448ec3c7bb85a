"""Good requests that went astray: by a method, or to a path, that the API does not have."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

import msgspec

from lookalike_specs.sample import build
from lookalike_specs.wire import Request

from ..subject import Subject

METHODS: Final = ("PUT", "DELETE", "PATCH", "GET", "POST")
TRIED: Final = 2
MISSING: Final = "/lookalike-no-such-path"


def by_other_methods(subject: Subject) -> Iterator[Request]:
    """By methods that no operation has at its path."""
    known = {each.method for each in subject.api.operations if each.path == subject.operation.path}
    for other in [each for each in METHODS if each not in known][:TRIED]:
        operation = dataclasses.replace(subject.operation, method=other)
        yield build(operation, subject.values(), subject.target.url)


def elsewhere(subject: Subject) -> Iterator[Request]:
    """To a path that is not there; none for `/`, below which it may be somebody else's server."""
    plain = build(subject.operation, subject.values(), subject.target.url)
    if plain.path != "/":
        yield msgspec.structs.replace(plain, path=plain.path + MISSING)
