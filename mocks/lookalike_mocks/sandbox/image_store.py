"""What callers brought: the pictures that they added, the objects that they uploaded. Bounded; the oldest goes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

import msgspec

from ..catalogue import ImageIdentity
from ..images import Thumbnail

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
MEGABYTE = 1024 * 1024


class ImageKey(NamedTuple):
    """Where an added picture is kept: an instance of an API, and the names that it has there."""

    instance: str
    product: str
    name: str


class StoredImage(msgspec.Struct, frozen=True):
    """A picture that was added; `replaces` is the catalogue's product and picture that had its names, if one had."""

    key: ImageKey
    image: ImageIdentity
    thumbnail: Thumbnail
    category: int
    content: str | None = None
    attributes: Mapping[str, int | str] = {}
    replaced_image: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        texts = (*self.key, self.content or "", *map(str, self.attributes.values()))
        return 1024 + 4 * sum(map(len, texts))


class BoundedStore(Generic[Key, Value]):
    """At most `count` values of `size` bytes together."""

    def __init__(self, count: int, size: int) -> None:
        self._values: dict[Key, tuple[Value, int]] = {}
        self._count = count
        self._limit = size
        self._size = 0

    def put(self, key: Key, value: Value, size: int) -> list[Key]:
        """Keep a value as the newest one; which ones went for it."""
        self.pop(key)
        self._values[key] = value, size
        self._size += size
        gone = []
        while len(self._values) > self._count or self._size > self._limit:
            gone.append(next(iter(self._values)))
            self.pop(gone[-1])
        return gone

    def get(self, key: Key) -> Value | None:
        """The value of that key."""
        found = self._values.get(key)
        return found[0] if found else None

    def pop(self, key: Key) -> None:
        """Forget a value, if it is kept."""
        _, size = self._values.pop(key, (None, 0))
        self._size -= size

    def __iter__(self) -> Iterator[Value]:
        return iter([value for value, _ in self._values.values()])

    def __len__(self) -> int:
        return len(self._values)


class ImageStore:
    """One world's pictures, by place, and objects, by key."""

    def __init__(self) -> None:
        self.images: BoundedStore[ImageKey, StoredImage] = BoundedStore(1000, 8 * MEGABYTE)
        self.objects: BoundedStore[str, bytes] = BoundedStore(100, 16 * MEGABYTE)

    def list_images(self, instance: str) -> list[StoredImage]:
        """The pictures that were added to an instance, the oldest first."""
        return [added for added in self.images if added.key.instance == instance] if self.images else []
