"""What is to be seen on a picture: a main subject and others, each in a box."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from .picture import ImageIdentity

Box = tuple[int, int, int, int]
MAX_OTHER_SUBJECTS = 4


class Subject(msgspec.Struct, frozen=True):
    """A subject: its box in pixels (left, top, right, bottom), the product most like it, a number to order by."""

    box: Box
    product_index: int
    number: int


def detect_subjects(picture: ImageIdentity, size: int) -> tuple[Subject, ...]:
    """The subjects on a picture, main one first, for a catalogue of that size."""
    drawn = blake2b(b"%d" % picture.number, digest_size=64, person=b"subject").digest()
    others = 0 if drawn[0] % 3 == 0 else drawn[0] % (MAX_OTHER_SUBJECTS + 1)
    found = [_draw_subject(picture, drawn, place, size) for place in range(others + 1)]
    if picture.product_index is not None and picture.product_index < size:
        found[0] = Subject(found[0].box, picture.product_index, found[0].number)
    return tuple(found)


def select_subject(picture: ImageIdentity, size: int, box: Box | None) -> Subject:
    """The subject that a box means: the one that it shares most with; the main one without a box."""
    found = detect_subjects(picture, size)
    return found[0] if box is None else max(found, key=lambda subject: _overlap(subject.box, box))


def _draw_subject(picture: ImageIdentity, drawn: bytes, place: int, size: int) -> Subject:
    start = place * 12
    left = drawn[start] % 40 * picture.width // 100
    top = drawn[start + 1] % 40 * picture.height // 100
    right = min(picture.width - 1, left + (30 + drawn[start + 2] % 60) * picture.width // 100)
    bottom = min(picture.height - 1, top + (30 + drawn[start + 3] % 60) * picture.height // 100)
    number = int.from_bytes(drawn[start + 4 : start + 12], "little")
    return Subject((left, top, right, bottom), number % size, number)


def _overlap(one: Box, other: Box) -> float:
    """Shared area over joined area, 0 to 1."""
    wide = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    joined = _area(one) + _area(other) - wide * high
    return wide * high / joined if joined else 0.0


def _area(box: Box) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])
