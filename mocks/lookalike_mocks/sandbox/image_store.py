"""What callers brought: the images that they added, the objects that they uploaded. Bounded; the oldest goes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec

from ..catalogue import ImageIdentity
from ..images import Thumbnail
from ..memory.limits import MemoryKind
from ..memory.manager import SandboxMemory
from ..memory.sizes import measure_value

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
# of an entry besides its key and its value
STORE_ENTRY_BYTES: Final = 300


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
        return STORE_ENTRY_BYTES + measure_value(self)


class BoundedStore(Generic[Key, Value]):
    """At most `count` values of `size` bytes together; to make room, the oldest goes.

    All of it is charged to a sandbox's memory, as that kind.
    """

    def __init__(
        self, count: int, size: int, memory: SandboxMemory | None = None, kind: MemoryKind = "uploads"
    ) -> None:
        self._memory = memory or SandboxMemory()
        self._kind: MemoryKind = kind
        self._values: dict[Key, tuple[Value, int]] = {}
        self._max_count = count
        self._max_size = size
        self._size = 0

    def put(self, key: Key, value: Value, size: int) -> list[Key]:
        """Keep a value as the newest one; return the keys of those that went for it."""
        dropped = []
        with self._memory.lock:
            self.pop(key)
            self._values[key] = value, size
            self._size += size
            # a value that is too large by itself goes as well, at once
            while len(self._values) > self._max_count or self._size > self._max_size:
                oldest = next(iter(self._values))
                self.pop(oldest)
                dropped.append(oldest)
            # last, as the other sandboxes need not make room for what is gone already
            self._memory.charge(self._kind, size)
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
        with self._memory.lock:
            _, size = self._values.pop(key, (None, 0))
            self._size -= size
            self._memory.charge(self._kind, -size)

    def clear(self) -> None:
        """Forget all values."""
        with self._memory.lock:
            self._memory.charge(self._kind, -self._size)
            self._size = 0
            self._values.clear()

    def release_oldest(self, size: int) -> int:
        """Forget the oldest values, about that many bytes of them; return how many it were. The lock is held."""
        size_before = self._size
        while self._values and size_before - self._size < size:
            self.pop(next(iter(self._values)))
        return size_before - self._size

    def __iter__(self) -> Iterator[Value]:
        return iter([value for value, _ in self._values.values()])

    def __len__(self) -> int:
        return len(self._values)


class ImageStore:
    """One sandbox's images, by their keys, and objects, by theirs."""

    def __init__(self, memory: SandboxMemory | None = None) -> None:
        memory = memory or SandboxMemory()
        limits = memory.limits
        self.images: BoundedStore[ImageKey, StoredImage] = BoundedStore(
            limits.images, limits.image_bytes, memory, "images"
        )
        self.objects: BoundedStore[str, bytes] = BoundedStore(limits.uploads, limits.upload_bytes, memory, "uploads")

    def clear(self) -> None:
        """Forget all images and objects."""
        self.images.clear()
        self.objects.clear()

    def list_images(self, instance: str) -> list[StoredImage]:
        """Return the images that were added to an instance, the oldest first."""
        return [image for image in self.images if image.key.instance == instance]
