"""What is to be seen on an image: a main subject and up to four others, each in a box."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from ..memory.caches import cache_result
from .image import ImageIdentity

# left, top, right, bottom, in pixels
Box = tuple[int, int, int, int]
MAX_OTHER_SUBJECTS = 4
BYTES_PER_SUBJECT = 12


class Subject(msgspec.Struct, frozen=True):
    """A subject: its box, the index of the product that looks most like it, and a number to order others by."""

    box: Box
    product_index: int
    number: int


@cache_result()
def select_subject(image: ImageIdentity, size: int, box: Box | None) -> Subject:
    """Return the subject that a box shares most of its area with; the main one where there is no box."""
    subjects = detect_subjects(image, size)
    if box is None:
        return subjects[0]
    return max(subjects, key=lambda subject: _compute_overlap(subject.box, box))


def detect_subjects(image: ImageIdentity, size: int) -> tuple[Subject, ...]:
    """Return the subjects on an image, main one first, for a catalogue of `size` products."""
    random_bytes = blake2b(b"%d" % image.number, digest_size=64, person=b"subject").digest()
    # a third of the images show one thing only, as most photos of goods do
    others = 0
    if random_bytes[0] % 3:
        others = random_bytes[0] % (MAX_OTHER_SUBJECTS + 1)
    subjects = [_draw_subject(image, random_bytes, position, size) for position in range(others + 1)]
    if image.product_index is not None and image.product_index < size:
        main = subjects[0]
        subjects[0] = Subject(main.box, image.product_index, main.number)
    return tuple(subjects)


def _draw_subject(image: ImageIdentity, random_bytes: bytes, position: int, size: int) -> Subject:
    start = position * BYTES_PER_SUBJECT
    left = random_bytes[start] % 40 * image.width // 100
    top = random_bytes[start + 1] % 40 * image.height // 100
    right = min(image.width - 1, left + (30 + random_bytes[start + 2] % 60) * image.width // 100)
    bottom = min(image.height - 1, top + (30 + random_bytes[start + 3] % 60) * image.height // 100)
    number = int.from_bytes(random_bytes[start + 4 : start + BYTES_PER_SUBJECT], "little")
    return Subject((left, top, right, bottom), number % size, number)


def _compute_overlap(one: Box, other: Box) -> float:
    """Return the shared area over the joined area, 0 to 1."""
    width = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    shared = width * height
    joined = _compute_area(one) + _compute_area(other) - shared
    if joined == 0:
        return 0.0
    return shared / joined


def _compute_area(box: Box) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])
