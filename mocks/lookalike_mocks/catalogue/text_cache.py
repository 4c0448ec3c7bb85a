"""A cache whose keys are texts of clients, and which therefore keeps no long one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, Final, TypeVar, cast

# addresses and ids are shorter; 4,096 keys of this length are 8 MB
MAX_KEY_LENGTH: Final = 2048
TextFunction = TypeVar("TextFunction", bound=Callable[..., Any])


def cache_by_text(maxsize: int) -> Callable[[TextFunction], TextFunction]:
    """Return a decorator like `lru_cache` for a function of a text: what it returns for a long one is not kept.

    A request may bring a text of megabytes, and one that is refused leaves it in the cache as well: 4,096 of those would
    be gigabytes.
    """

    def decorate(function: TextFunction) -> TextFunction:
        cached = lru_cache(maxsize)(function)

        @wraps(function)
        def call(text: str, *args: Hashable) -> Any:
            if len(text) > MAX_KEY_LENGTH:
                return function(text, *args)
            return cached(text, *args)

        return cast(TextFunction, call)

    return decorate
