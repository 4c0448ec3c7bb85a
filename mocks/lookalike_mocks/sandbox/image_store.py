"""What callers brought: the images that they added, the objects that they uploaded. Bounded; the oldest goes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec

from ..catalogue import ImageIdentity
from ..images import Thumbnail

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
MEGABYTE: Final = 1024 * 1024


class ImageKey(NamedTuple):
    """Where an added image is kept: an instance of an API, and the names that it has there."""

    instance: str
    product: str
    name: str


class StoredImage(msgspec.Struct, frozen=True):
    """An image that was added.

    `replaced_image` is the catalogue's product and image that had its names, if one had.
    """

    key: ImageKey
    image: ImageIdentity
    thumbnail: Thumbnail
    category: int
    content: str | None = None
    attributes: Mapping[str, int | str] = {}
    replaced_image: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        """Return about how many bytes it takes."""
        texts = (*self.key, self.content or "", *map(str, self.attributes.values()))
        # a character takes up to four bytes; the rest of an entry takes about a kilobyte
        return 1024 + 4 * sum(map(len, texts))


class BoundedStore(Generic[Key, Value]):
    """At most `count` values of `size` bytes together; to make room, the oldest goes."""

    def __init__(self, count: int, size: int) -> None:
        self._values: dict[Key, tuple[Value, int]] = {}
        self._max_count = count
        self._max_size = size
        self._size = 0

    def put(self, key: Key, value: Value, size: int) -> list[Key]:
        """Keep a value as the newest one; return the keys of those that went for it."""
        self.pop(key)
        self._values[key] = value, size
        self._size += size
        dropped = []
        # a value that is too large by itself goes as well, at once
        while len(self._values) > self._max_count or self._size > self._max_size:
            oldest = next(iter(self._values))
            self.pop(oldest)
            dropped.append(oldest)
        return dropped

    def get(self, key: Key) -> Value | None:
        """Return the value of that key."""
        entry = self._values.get(key)
        if entry is None:
            return None
        value, _ = entry
        return value

    def pop(self, key: Key) -> None:
        """Forget a value, if it is kept."""
        _, size = self._values.pop(key, (None, 0))
        self._size -= size

    def __iter__(self) -> Iterator[Value]:
        return iter([value for value, _ in self._values.values()])

    def __len__(self) -> int:
        return len(self._values)


class ImageStore:
    """One sandbox's images, by their keys, and objects, by theirs."""

    def __init__(self) -> None:
        self.images: BoundedStore[ImageKey, StoredImage] = BoundedStore(1000, 8 * MEGABYTE)
        self.objects: BoundedStore[str, bytes] = BoundedStore(100, 16 * MEGABYTE)

    def list_images(self, instance: str) -> list[StoredImage]:
        """Return the images that were added to an instance, the oldest first."""
        return [image for image in self.images if image.key.instance == instance]
