"""Every name in what a search promises must be one that its operation has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .api import Api, Operation
from .promises import Choice, Invariants

COUNT_UNITS, ROUNDINGS, REGION_ORDERS = ("pages", "items"), ("ceil", "floor-plus-one"), ("x0,x1,y0,y1", "x0,y0,x1,y1")
SCHEMA_ALTERNATIVES = ("oneOf", "anyOf", "allOf")


def check_invariants(api: Api) -> Iterator[tuple[str, str]]:
    """Where something is promised that cannot be meant, and what is wrong with it."""
    for operation in api.operations:
        where, promises = f"{operation.pointer}/x-lookalike/promises", operation.extension.invariants
        known = {field.name for field in operation.fields}
        yield from ((where, f"{name!r} is no parameter") for name in _list_parameters(promises) if name not in known)
        yield from ((where, problem) for problem in _check_choices(api, promises))
        yield from ((where, f"{pointer!r} is no place in the answer") for pointer in _list_unknown_pointers(operation))
        yield from ((where, problem) for problem in (*_check_dependency(api, promises), *_check_cleanup(api, promises)))
        paging = promises.paging
        for name in set(paging.echo.values()) - {paging.page, paging.size} if paging else ():
            yield where, f"{name!r} is echoed, and is neither the page nor its size"
        if promises.items and not promises.id:
            yield where, "has items and no id"
        for scope in promises.ranges:
            if scope.parameter and not ("{}" in scope.low and "{}" in scope.high and scope.separator):
                yield where, f"a range in {scope.parameter!r} needs {{}} in both bounds, and what joins them"


def _check_dependency(api: Api, promises: Invariants) -> Iterator[str]:
    """Values that are to come from an operation, or from a place in its answer, that is not there."""
    if after := promises.depends_on:
        other = next((each for each in api.operations if each.id == after.operation), None)
        if other is None or other.extension.invariants.depends_on:
            yield f"{after.operation!r} is no operation that can come first"
        elif gone := [pointer for pointer in after.values.values() if not _has_pointer(other.response_schema, pointer)]:
            yield f"{gone[0]!r} is no place in the answer of {after.operation}"


def _check_cleanup(api: Api, promises: Invariants) -> Iterator[str]:
    """What is to be taken away by an operation that is not there, or that has no such parameters."""
    if undo := promises.cleanup:
        other = next((each for each in api.operations if each.id == undo.operation), None)
        known = {field.name for field in other.fields} if other else set()
        if gone := [name for name in undo.parameters if name not in known]:
            yield f"{undo.operation!r} cannot take away by {gone[0]!r}"


def _list_parameters(promises: Invariants) -> Iterator[str]:
    """The names of parameters that are used."""
    if paging := promises.paging:
        yield from (name for name in (paging.page, paging.size, *paging.echo.values()) if name)
    yield from (order.parameter for order in promises.orders if order.parameter)
    for scope in promises.ranges:
        yield from ((scope.parameter,) if scope.parameter else (scope.low, scope.high))
    for filter in promises.filters:
        yield from (filter.parameter, *filter.with_parameters)
    yield from (name for picture in promises.images for name in picture)
    yield from promises.depends_on.values if promises.depends_on else ()
    yield from promises.cleanup.parameters if promises.cleanup else ()
    if promises.languages:
        yield promises.languages.parameter
    if regions := promises.regions:
        yield from (name for name in (regions.parameter, regions.crop) if name)


def _check_choices(api: Api, promises: Invariants) -> Iterator[str]:
    """Choices by a variant that is not there, or that do not speak of each of its values; words that mean nothing."""
    for choice, words in _list_choices(promises):
        values = [choice] if isinstance(choice, str) else [value for key, value in choice.items() if key != "variant"]
        if isinstance(choice, dict):
            variant = api.root.variants.get(choice.get("variant", ""))
            if variant is None or set(choice) - {"variant"} != set(variant.values):
                yield f"{choice} does not name a variant with each of its values"
        yield from (f"{value!r} is none of {', '.join(words)}" for value in values if words and value not in words)


def _list_choices(promises: Invariants) -> Iterator[tuple[Choice, tuple[str, ...]]]:
    """Each choice, and the words that it has to be of."""
    if paging := promises.paging:
        yield from ((paging.total, ()), (paging.item_count, ()), (paging.max_items, ()))
        yield from ((paging.counts, COUNT_UNITS), (paging.rounding, ROUNDINGS))
    if promises.regions:
        yield promises.regions.order, REGION_ORDERS


def _list_unknown_pointers(operation: Operation) -> Iterator[str]:
    """Pointers to what no good answer has."""
    if operation.response_schema:
        promises = operation.extension.invariants
        inner = (f"{promises.items}/*{pointer}" for pointer in _list_item_pointers(promises))
        yield from (each for each in (*_list_response_pointers(promises), *inner) if not _has_pointer(operation.response_schema, each))


def _list_response_pointers(promises: Invariants) -> Iterator[str]:
    yield from (*promises.success, *promises.volatile)
    if promises.items:
        yield f"{promises.items}/*"
    if paging := promises.paging:
        yield from (pointer for pointer in (paging.pages, *paging.echo) if pointer)
        for choice in (paging.total, paging.item_count):
            values = [choice] if isinstance(choice, str) else [v for key, v in choice.items() if key != "variant"]
            yield from (value for value in values if value)
    if regions := promises.regions:
        yield from (pointer for pointer in (regions.echo, regions.all_regions) if pointer)


def _list_item_pointers(promises: Invariants) -> Iterator[str]:
    yield from (*promises.id, *promises.urls)
    yield from (order.field for order in promises.orders)
    yield from (scope.field for scope in promises.ranges)
    yield from (filter.condition.pointer for filter in promises.filters if filter.condition)
    if promises.languages:
        yield from (*promises.languages.texts, *promises.languages.original)


def _has_pointer(schema: Mapping[str, Any], pointer: str) -> bool:
    """Whether the schema, or one of its alternatives, has such a place; `*` stands for every position of a list."""
    if not pointer:
        return True
    if any(_has_pointer(other, pointer) for name in SCHEMA_ALTERNATIVES for other in schema.get(name, ())):
        return True
    step, slash, rest = pointer[1:].partition("/")
    below = schema.get("items") if step == "*" or step.isdecimal() else schema.get("properties", {}).get(step)
    return below is not None and _has_pointer(below, f"{slash}{rest}")
