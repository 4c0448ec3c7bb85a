"""The judge: holds answers to the specs, with a validator that the mock does not use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .responses.schema import describe_response_violations

__all__ = ["describe_response_violations"]


def __getattr__(name: str) -> Any:
    # when it is asked for: openapi-core takes most of a second to import, and a part of this package does without it
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.responses.schema"), name)
