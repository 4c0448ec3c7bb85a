"""Family `language`: texts come in the language that was asked for, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from lookalike_specs.invariants import Languages

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
from ..responses.difference import Difference
from ..responses.values import is_in_scripts
from ..search import (
    INVARIANTS_SOURCE,
    Changes,
    SearchResponse,
    build_image_strategy,
    falsify_invariant,
    fetch_first_page,
    find_item_difference,
    locate_invariant,
    require_any,
    run_parts,
)

PAGE_SIZE = 5


def _get_languages(context: CheckContext) -> Languages:
    return context.operation.extension.invariants.languages or Languages(parameter="", texts=[], scripts={})


def _has_languages(context: CheckContext) -> bool:
    return context.operation.extension.invariants.languages is not None


def _search_in_language(context: CheckContext, language: str, image: Changes) -> SearchResponse:
    return fetch_first_page(context, image, {_get_languages(context).parameter: language}, size=PAGE_SIZE)


def _collect_texts(response: SearchResponse, pointers: list[str]) -> list[str]:
    return [text for pointer in pointers for text in response.read_values(pointer) if isinstance(text, str)]


@active_check(
    "language/script",
    summary="Texts are written in the script of the language that was asked for.",
    rationale="A shop in Russian would show titles that its buyers cannot read.",
    remediation="Translate into the language of the request, not into that of the account or of the server.",
    source=INVARIANTS_SOURCE,
    applies=_has_languages,
)
def script(context: CheckContext) -> Iterator[Failure]:
    """Ask in each language, and look at the letters."""
    return run_parts(_check_script(context, language) for language in _get_languages(context).scripts)


def _check_script(context: CheckContext, language: str) -> Iterator[Failure]:
    rule = partial(_find_foreign_text, context, language)
    return falsify_invariant(context, build_image_strategy(context), rule, 1)


def _find_foreign_text(context: CheckContext, language: str, image: Changes) -> Failure | None:
    languages = _get_languages(context)
    scripts = languages.scripts[language]
    response = _search_in_language(context, language, image)
    for pointer in languages.texts:
        texts = require_any(_collect_texts(response, [pointer]), f"a text at {pointer}")
        foreign = [text for text in texts if not is_in_scripts(text, scripts)]
        # a few may be names that nobody translates, such as a brand; most are not
        if 2 * len(foreign) > len(texts):
            index = response.read_values(pointer).index(foreign[0])
            sent = f"{languages.parameter}={language}"
            message = f"{pointer} is {foreign[0]!r} with {sent}, without a letter of {' or '.join(scripts)}"
            rule = locate_invariant(context, "languages", "scripts", language)
            return Failure(message, response.build_pointer(index, pointer), rule, (response.exchange,))
    return None


@active_check(
    "language/honoured",
    summary="Two languages do not bring the same texts.",
    rationale="Languages that share a script cannot be told apart by it.",
    remediation="Translate into each language that is offered.",
    source=INVARIANTS_SOURCE,
    applies=_has_languages,
)
def distinct_translations(context: CheckContext) -> Iterator[Failure]:
    """Compare the texts of a page in each language with those in every other."""
    return falsify_invariant(context, build_image_strategy(context), partial(_find_same_texts, context), 1)


def _find_same_texts(context: CheckContext, image: Changes) -> Failure | None:
    languages = _get_languages(context)
    first_pointer = languages.texts[0]
    responses_by_texts: dict[tuple[str, ...], tuple[str, SearchResponse]] = {}
    for language in languages.scripts:
        response = _search_in_language(context, language, image)
        texts = tuple(require_any(_collect_texts(response, languages.texts), f"a text at {first_pointer}"))
        if texts in responses_by_texts:
            other, earlier = responses_by_texts[texts]
            pointers = ", ".join(languages.texts)
            message = f"{pointers} are the same with {languages.parameter}={language} and {other}"
            rule = locate_invariant(context, "languages", "texts")
            exchanges = (earlier.exchange, response.exchange)
            return Failure(message, response.build_pointer(0, first_pointer), rule, exchanges)
        responses_by_texts[texts] = (language, response)
    return None


@active_check(
    "language/items",
    summary="Another language brings the same items in the same order, and their original texts unchanged.",
    rationale="A buyer who changes the language of a page wants to see the same items.",
    remediation="Translate what was found; do not search in another language.",
    source=INVARIANTS_SOURCE,
    applies=_has_languages,
)
def same_items(context: CheckContext) -> Iterator[Failure]:
    """Compare each language with the plain request."""
    return falsify_invariant(context, build_image_strategy(context), partial(_find_changed_item, context), 1)


def _find_changed_item(context: CheckContext, image: Changes) -> Failure | None:
    plain = fetch_first_page(context, image, size=PAGE_SIZE)
    for language in _get_languages(context).scripts:
        failure = _compare_with_plain(plain, _search_in_language(context, language, image), language)
        if failure is not None:
            return failure
    return None


def _compare_with_plain(plain: SearchResponse, translated: SearchResponse, language: str) -> Failure | None:
    context = plain.context
    languages = _get_languages(context)
    exchanges = (plain.exchange, translated.exchange)
    sent = f"{languages.parameter}={language}"
    difference = find_item_difference(translated, plain)
    if difference is not None:
        message = f"other items with {sent} than in the language of the plain request: {difference}"
        rule = locate_invariant(context, "languages", "parameter")
        return Failure(message, difference.pointer, rule, exchanges)
    for pointer in languages.original:
        values = zip(translated.read_values(pointer), plain.read_values(pointer), strict=True)
        for index, (translated_text, original) in enumerate(values):
            if translated_text != original:
                rule = locate_invariant(context, "languages", "original")
                difference = Difference(translated.build_pointer(index, pointer), translated_text, original)
                message = f"{pointer} is another with {sent}: {difference}"
                return Failure(message, difference.pointer, rule, exchanges)
    return None
