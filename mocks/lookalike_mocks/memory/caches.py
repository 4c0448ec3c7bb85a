"""Caches of what can be computed again, which together keep no more bytes than the table of limits says.

Their keys come from requests, so that any number of them may come, of any length. Each cache says how many bytes an entry
adds; when all are beyond the bound, the largest are emptied until a quarter of it is free. An entry that is there is found
as fast as in any `lru_cache`: nothing is counted then.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, Final, Protocol, TypeVar, cast

from ..threads import create_reentrant_lock
from .limits import MemoryLimits
from .sizes import measure_value

# of the tables behind `lru_cache`, for one entry
ENTRY_BYTES: Final = 200
# how much of the bound is free again when caches were emptied
FREED_SHARE: Final = 4
# addresses and ids are shorter than this
MAX_KEY_LENGTH: Final = 2048
CachedFunction = TypeVar("CachedFunction", bound=Callable[..., Any])


class Cache(Protocol):
    """What the pool counts, and may empty; `kind` says what is in it."""

    kind: str

    def clear(self) -> None:
        """Forget every entry; the pool counts them no longer."""


class CachePool:
    """The caches of this process; `used` are the bytes of all of them.

    It holds none of them: a cache that belongs to a mock goes with it, and is counted no longer.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self._lock = create_reentrant_lock()
        # by the identity of a cache, which lasts as long as the reference
        self._sizes: dict[int, int] = {}
        self._caches: dict[int, weakref.ref[Cache]] = {}

    def charge(self, cache: Cache, size: int) -> None:
        """Count what came into a cache, or, below 0, what went; empty the largest caches if that is too much."""
        key = id(cache)
        with self._lock:
            if key not in self._caches:
                self._caches[key] = weakref.ref(cache, lambda _: self._forget(key))
            self._sizes[key] = self._sizes.get(key, 0) + size
            self.used += size
            if self.used > self.limit:
                self._empty_largest()

    def forget(self, cache: Cache) -> None:
        """Count a cache no longer: it is empty, or nobody has it any more."""
        self._forget(id(cache))

    def _forget(self, key: int) -> None:
        with self._lock:
            self._caches.pop(key, None)
            self.used -= self._sizes.pop(key, 0)

    @property
    def used_by_kind(self) -> dict[str, int]:
        """Return the bytes of all caches, by what is in them."""
        sizes: dict[str, int] = {}
        with self._lock:
            for key, size in list(self._sizes.items()):
                cache = self._caches[key]()
                if cache is not None:
                    sizes[cache.kind] = sizes.get(cache.kind, 0) + size
        return sizes

    def _empty_largest(self) -> None:
        target = self.limit - self.limit // FREED_SHARE
        for key in sorted(self._sizes, key=lambda key: -self._sizes[key]):
            # none where the garbage collector found it meanwhile
            reference = self._caches.get(key, lambda: None)
            cache = reference()
            if cache is not None:
                cache.clear()
            self._forget(key)
            if self.used <= target:
                return


CACHES: Final = CachePool(MemoryLimits().cache_bytes)


class FunctionCache:
    """What a function returned, by its arguments."""

    kind = "results"

    def __init__(self, function: Callable[..., Any], measure_result: Callable[[Any], int]) -> None:
        # without a bound of its own it needs no order of use, and finds an entry faster
        @cache
        @wraps(function)
        def call(*args: Any) -> Any:
            result = function(*args)
            # Counted before it is kept. Where that empties this very cache, this one entry stays in it uncounted, until
            # the cache is emptied again.
            CACHES.charge(self, ENTRY_BYTES + measure_value(args) + measure_result(result))
            return result

        self.call = call

    def clear(self) -> None:
        """Forget every entry."""
        self.call.cache_clear()


def cache_result(measure_result: Callable[[Any], int] = measure_value) -> Callable[[CachedFunction], CachedFunction]:
    """Return a decorator like `lru_cache`, bounded by the bytes of all caches; `measure_result` counts a result's."""

    def decorate(function: CachedFunction) -> CachedFunction:
        return cast(CachedFunction, FunctionCache(function, measure_result).call)

    return decorate


def cache_by_text(function: CachedFunction) -> CachedFunction:
    """Cache what a function returns for a text, but for long ones: who sends these sends another one each time."""
    cached = FunctionCache(function, measure_value).call

    @wraps(function)
    def call(text: str, *args: Any) -> Any:
        if len(text) > MAX_KEY_LENGTH:
            return function(text, *args)
        return cached(text, *args)

    return cast(CachedFunction, call)
