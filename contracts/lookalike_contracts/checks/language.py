"""Family `language`: texts come in the language that was asked for, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator

from lookalike_specs.promises import Languages

from ..answers.script import is_in
from ..finding import Broken
from ..registry import probe
from ..searches.pages import first
from ..searches.search import SOURCE, Changes, Found, each, held, pictures, rule, some
from ..subject import Subject

SHOWN = 5


def _languages(subject: Subject) -> Languages:
    return subject.operation.extension.promises.languages or Languages(parameter="", texts=[], scripts={})


def _speaks(subject: Subject) -> bool:
    return subject.operation.extension.promises.languages is not None


def _in(subject: Subject, language: str, picture: Changes) -> Found:
    return first(subject, picture, {_languages(subject).parameter: language}, size=SHOWN)


def _texts(found: Found, pointers: list[str]) -> list[str]:
    return [text for pointer in pointers for text in found.values(pointer) if isinstance(text, str)]


@probe(
    "language/script",
    says="Texts are written in the script of the language that was asked for.",
    why="A shop in Russian would show titles that its buyers cannot read.",
    how="Translate into the language of the request, not into that of the account or of the server.",
    source=SOURCE,
    applies=_speaks,
)
def script(subject: Subject) -> Iterator[Broken]:
    """Each language; a few texts may be names that nobody translates, most are not."""
    return each(_script(subject, language) for language in _languages(subject).scripts)


def _script(subject: Subject, language: str) -> Iterator[Broken]:
    known = _languages(subject)
    scripts = known.scripts[language]

    def broken(picture: Changes) -> Broken | None:
        found = _in(subject, language, picture)
        for pointer in known.texts:
            texts = some(_texts(found, [pointer]), f"a text at {pointer}")
            foreign = [text for text in texts if not is_in(text, scripts)]
            if 2 * len(foreign) > len(texts):
                at = found.values(pointer).index(foreign[0])
                wanted = " or ".join(scripts)
                message = f"{pointer} is {foreign[0]!r} with {known.parameter}={language}, without a letter of {wanted}"
                where = rule(subject, "languages", "scripts", language)
                return Broken(message, found.place(at, pointer), where, (found.exchange,))
        return None

    return held(subject, pictures(subject), broken, 1)


@probe(
    "language/honoured",
    says="Two languages do not bring the same texts.",
    why="Languages that share a script cannot be told by it.",
    how="Translate into each language that is offered.",
    source=SOURCE,
    applies=_speaks,
)
def honoured(subject: Subject) -> Iterator[Broken]:
    """Every pair of languages, by the texts of a page."""
    known = _languages(subject)

    def broken(picture: Changes) -> Broken | None:
        seen: dict[tuple[str, ...], tuple[str, Found]] = {}
        for language in known.scripts:
            found = _in(subject, language, picture)
            texts = tuple(some(_texts(found, known.texts), f"a text at {known.texts[0]}"))
            if texts in seen:
                other, before = seen[texts]
                message = f"{', '.join(known.texts)} are the same with {known.parameter}={language} and {other}"
                where = rule(subject, "languages", "texts")
                return Broken(message, found.place(0, known.texts[0]), where, (before.exchange, found.exchange))
            seen[texts] = language, found
        return None

    return held(subject, pictures(subject), broken, 1)


@probe(
    "language/items",
    says="Another language brings the same items in the same order, and their original texts as they are.",
    why="A buyer who changes the language of a page wants to see the same goods.",
    how="Translate what was found; do not search in another language.",
    source=SOURCE,
    applies=_speaks,
)
def same_items(subject: Subject) -> Iterator[Broken]:
    """Each language against the plain request."""
    known = _languages(subject)

    def broken(picture: Changes) -> Broken | None:
        plain = first(subject, picture, size=SHOWN)
        for language in known.scripts:
            found = _in(subject, language, picture)
            shown = (plain.exchange, found.exchange)
            if plain.ids != found.ids or plain.total != found.total:
                message = f"other items with {known.parameter}={language} than in the language of the plain request"
                return Broken(message, found.promises.items, rule(subject, "languages"), shown)
            for pointer in known.original:
                if plain.values(pointer) != found.values(pointer):
                    message = f"{pointer} is another with {known.parameter}={language}"
                    return Broken(message, found.place(0, pointer), rule(subject, "languages", "original"), shown)
        return None

    return held(subject, pictures(subject), broken, 1)
