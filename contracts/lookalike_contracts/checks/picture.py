"""Family `picture`: what a picture that is sent may be, by its format, its bytes and its sides."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from lookalike_specs import load
from lookalike_specs.sample import examples

from ..finding import Broken
from ..registry import probe
from ..requests.asking import twice
from ..requests.drawing import NAMES, drawn, in_base64, weighing
from ..requests.expected import Expected
from ..subject import Subject

OURS: Final = "`x-lookalike.data.picture` of each document"
PLACE: Final = "/x-lookalike/data/picture"
# formats that some documents name and some do not
FORMATS: Final = ("GIF", "BMP", "TIFF", "PCX")
USUAL, TURNED, TRIED = 64, 6, 2
PREFIX: Final = "data:image/png;base64,"
WORDS: Final = b"no picture at all"


def _takes(subject: Subject) -> bool:
    return "picture" in subject.api.root.data and bool(_carrier(subject))


@probe(
    "picture/format",
    says="Pictures of each documented format are taken; others, and what is no picture, are refused.",
    why="A shop has pictures of every kind, and has to know which to convert.",
    how="Take the documented formats by what the bytes are, and answer the error for the others.",
    source=OURS,
    applies=_takes,
)
def form(subject: Subject) -> Iterator[Broken]:
    """One of each format, two of formats that are not documented, a text, and what is no Base64."""
    side, known = _side(subject), [NAMES.get(name, name) for name in _rules(subject)["formats"]]
    for name in dict.fromkeys(known):
        yield from _held(subject, in_base64(drawn(side, side, name)), Expected(), f"a picture in {name}")
    others = [name for name in FORMATS if name not in known][:TRIED]
    bad = [(f"a picture in {name}", in_base64(drawn(side, side, name))) for name in others]
    bad += [("words in Base64", in_base64(WORDS)), ("a picture that is cut", in_base64(drawn(side, side)[:40]))]
    for told, text in bad:
        yield from _held(subject, text, _error(subject, "picture-format"), told)
    if way := subject.variants.get("base64-prefix"):
        wanted = Expected() if way == "accepted" else _error(subject, "picture-format")
        yield from _held(subject, PREFIX + in_base64(drawn(side, side)), wanted, f"a picture behind {PREFIX}")


@probe(
    "picture/bytes",
    says="A picture of just the documented weight is taken, one of a byte more is refused.",
    why="A client that scales its pictures down has to know how far.",
    how="Count the bytes as the document says, and answer the error for too many.",
    source=OURS,
    applies=_takes,
)
def weight(subject: Subject) -> Iterator[Broken]:
    """The heaviest picture there may be, and the next."""
    limit, side = _rules(subject)["bytes"], _side(subject)
    if subject.variants.get("picture-limit") == "base64":
        limit = limit // 4 * 3
    for over, wanted in ((0, Expected()), (1, _error(subject, "picture-bytes"))):
        yield from _held(
            subject, in_base64(weighing(limit + over, side)), wanted, f"a picture of {limit + over:,} bytes"
        )


@probe(
    "picture/sides",
    says="Pictures of the least and the greatest documented side are taken, those of a pixel less or more refused.",
    why="A picture that is scaled to the limit must not be refused, and nobody should pay for one that is.",
    how="Count both ends of the range as inside, for either side, and answer the error for the others.",
    source=OURS,
    applies=lambda subject: _takes(subject) and bool(_sides(subject)),
)
def sides(subject: Subject) -> Iterator[Broken]:
    """The least and the greatest, both ways, and a pixel beyond."""
    least, most = _sides(subject)
    for width, height in ((least, least), (most, least), (least, most)):
        yield from _measured(subject, width, height, Expected())
    wrong = [(most + 1, least), (least, most + 1)]
    wrong += [(least - 1, least), (least, least - 1)] if least > 1 else []
    for width, height in wrong:
        yield from _measured(subject, width, height, _error(subject, "picture-pixels"))


@probe(
    "picture/orientation",
    says="A picture that says that it has to be turned is refused where the document says so.",
    why="Cameras write such pictures, and what is to be seen on them lies on its side.",
    how="Refuse what has another orientation than 1, and nothing else.",
    source="`x-lookalike.data.reactions` of each document",
    applies=lambda subject: _takes(subject) and "picture-orientation" in _reactions(subject),
)
def orientation(subject: Subject) -> Iterator[Broken]:
    """Upright, and turned."""
    side = _side(subject)
    for turn, wanted in ((1, Expected()), (TURNED, _error(subject, "picture-orientation"))):
        text = in_base64(drawn(side, side, "JPEG", orientation=turn))
        yield from _held(subject, text, wanted, f"a picture whose orientation is {turn}")


def _measured(subject: Subject, width: int, height: int, wanted: Expected) -> Iterator[Broken]:
    text = in_base64(drawn(width, height))
    yield from _held(subject, text, wanted, f"a picture of {width} by {height} pixels")


def _held(subject: Subject, text: str, wanted: Expected, told: str) -> Iterator[Broken]:
    sent = {_carrier(subject): text}
    yield from twice(lambda: wanted.broken(subject, subject.ask(**sent), told, PLACE))


def _carrier(subject: Subject) -> str:
    """The parameter that takes a picture in Base64, as the spec's own example does; "" where none does."""
    return _taking(subject.api.id, subject.operation.id)


@cache
def _taking(api: str, operation: str) -> str:
    loaded = load(api)
    known = examples(loaded, next(each for each in loaded.operations if each.id == operation))
    return next((name for name, value in known.items() if isinstance(value, str) and _is_picture(value)), "")


def _is_picture(text: str) -> bool:
    try:
        with Image.open(BytesIO(b64decode(text, validate=True))):
            return True
    except (ValueError, UnidentifiedImageError):
        return False


def _rules(subject: Subject) -> Mapping[str, Any]:
    found: Mapping[str, Any] = subject.api.root.data["picture"]
    return found


def _sides(subject: Subject) -> list[int]:
    """The least and the greatest side: of every picture, or of those that go to the instance that is asked."""
    data = subject.api.root.data
    if "sides" in _rules(subject):
        return [*_rules(subject)["sides"]]
    known: Mapping[str, Any] = data.get("instances", {}).get("known", {})
    asked = [known[value] for value in subject.values().values() if isinstance(value, str) and value in known]
    return [*data["services"][asked[0]["service"]]["sides"]] if asked else []


def _side(subject: Subject) -> int:
    """One that nobody minds."""
    return max(USUAL, *_sides(subject)[:1], 1)


def _reactions(subject: Subject) -> Mapping[str, Any]:
    found: Mapping[str, Any] = subject.api.root.data.get("reactions", {})
    return found


def _error(subject: Subject, rule: str) -> Expected:
    return Expected(frozenset((subject.error(subject.chosen(_reactions(subject)[rule])),)))
