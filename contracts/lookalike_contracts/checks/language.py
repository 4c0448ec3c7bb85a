"""Family `language`: texts come in the language that was asked for, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator

from lookalike_specs.invariants import Languages

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
from ..responses.values import is_in_scripts
from ..search import (
    INVARIANTS_SOURCE,
    Changes,
    SearchResponse,
    build_image_strategy,
    falsify_invariant,
    fetch_first_page,
    locate_invariant,
    require_any,
    run_parts,
)

PAGE_SIZE = 5


def _languages(subject: CheckContext) -> Languages:
    return subject.operation.extension.invariants.languages or Languages(parameter="", texts=[], scripts={})


def _has_languages(subject: CheckContext) -> bool:
    return subject.operation.extension.invariants.languages is not None


def _search_in_language(subject: CheckContext, language: str, picture: Changes) -> SearchResponse:
    return fetch_first_page(subject, picture, {_languages(subject).parameter: language}, size=PAGE_SIZE)


def _collect_texts(found: SearchResponse, pointers: list[str]) -> list[str]:
    return [text for pointer in pointers for text in found.read_values(pointer) if isinstance(text, str)]


@active_check(
    "language/script",
    summary="Texts are written in the script of the language that was asked for.",
    rationale="A shop in Russian would show titles that its buyers cannot read.",
    remediation="Translate into the language of the request, not into that of the account or of the server.",
    source=INVARIANTS_SOURCE,
    applies=_has_languages,
)
def script(subject: CheckContext) -> Iterator[Failure]:
    """Each language; a few texts may be names that nobody translates, most are not."""
    return run_parts(_check_script(subject, language) for language in _languages(subject).scripts)


def _check_script(subject: CheckContext, language: str) -> Iterator[Failure]:
    known = _languages(subject)
    scripts = known.scripts[language]

    def broken(picture: Changes) -> Failure | None:
        found = _search_in_language(subject, language, picture)
        for pointer in known.texts:
            texts = require_any(_collect_texts(found, [pointer]), f"a text at {pointer}")
            foreign = [text for text in texts if not is_in_scripts(text, scripts)]
            if 2 * len(foreign) > len(texts):
                at = found.read_values(pointer).index(foreign[0])
                wanted = " or ".join(scripts)
                message = f"{pointer} is {foreign[0]!r} with {known.parameter}={language}, without a letter of {wanted}"
                where = locate_invariant(subject, "languages", "scripts", language)
                return Failure(message, found.build_pointer(at, pointer), where, (found.exchange,))
        return None

    return falsify_invariant(subject, build_image_strategy(subject), broken, 1)


@active_check(
    "language/honoured",
    summary="Two languages do not bring the same texts.",
    rationale="Languages that share a script cannot be told by it.",
    remediation="Translate into each language that is offered.",
    source=INVARIANTS_SOURCE,
    applies=_has_languages,
)
def distinct_translations(subject: CheckContext) -> Iterator[Failure]:
    """Every pair of languages, by the texts of a page."""
    known = _languages(subject)

    def broken(picture: Changes) -> Failure | None:
        seen: dict[tuple[str, ...], tuple[str, SearchResponse]] = {}
        for language in known.scripts:
            found = _search_in_language(subject, language, picture)
            texts = tuple(require_any(_collect_texts(found, known.texts), f"a text at {known.texts[0]}"))
            if texts in seen:
                other, before = seen[texts]
                message = f"{', '.join(known.texts)} are the same with {known.parameter}={language} and {other}"
                where = locate_invariant(subject, "languages", "texts")
                return Failure(
                    message, found.build_pointer(0, known.texts[0]), where, (before.exchange, found.exchange)
                )
            seen[texts] = language, found
        return None

    return falsify_invariant(subject, build_image_strategy(subject), broken, 1)


@active_check(
    "language/items",
    summary="Another language brings the same items in the same order, and their original texts as they are.",
    rationale="A buyer who changes the language of a page wants to see the same goods.",
    remediation="Translate what was found; do not search in another language.",
    source=INVARIANTS_SOURCE,
    applies=_has_languages,
)
def same_items(subject: CheckContext) -> Iterator[Failure]:
    """Each language against the plain request."""
    known = _languages(subject)

    def broken(picture: Changes) -> Failure | None:
        plain = fetch_first_page(subject, picture, size=PAGE_SIZE)
        for language in known.scripts:
            found = _search_in_language(subject, language, picture)
            shown = (plain.exchange, found.exchange)
            if plain.ids != found.ids or plain.total != found.total:
                message = f"other items with {known.parameter}={language} than in the language of the plain request"
                return Failure(message, found.invariants.items, locate_invariant(subject, "languages"), shown)
            for pointer in known.original:
                if plain.read_values(pointer) != found.read_values(pointer):
                    message = f"{pointer} is another with {known.parameter}={language}"
                    return Failure(
                        message,
                        found.build_pointer(0, pointer),
                        locate_invariant(subject, "languages", "original"),
                        shown,
                    )
        return None

    return falsify_invariant(subject, build_image_strategy(subject), broken, 1)
