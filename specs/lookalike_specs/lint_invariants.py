"""Hold the invariants of a document to it: their parameters, places, variants and operations have to be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .api import Api, Operation
from .invariants import Choice, Invariants

Problem = tuple[str, str]
COUNT_UNITS: Final = ("pages", "items")
ROUNDINGS: Final = ("ceil", "floor-plus-one")
REGION_ORDERS: Final = ("x0,x1,y0,y1", "x0,y0,x1,y1")
SCHEMA_ALTERNATIVES: Final = ("oneOf", "anyOf", "allOf")


def list_choices(choice: Choice) -> list[str]:
    """Return all that a choice can come to, whatever its variant's value is."""
    if isinstance(choice, str):
        return [choice]
    return [value for key, value in choice.items() if key != "variant"]


def fits_variant(api: Api, choice: Choice) -> bool:
    """Return whether a choice by a variant says something for each of the variant's values, and for no other."""
    if isinstance(choice, str):
        return True
    variant = api.root.variants.get(choice.get("variant", ""))
    return variant is not None and set(choice) - {"variant"} == set(variant.values)


def check_invariants(api: Api) -> Iterator[Problem]:
    """Yield where something is promised that cannot be meant, and what is wrong with it."""
    for operation in api.operations:
        pointer = f"{operation.pointer}/x-lookalike/invariants"
        for problem in _find_invariant_problems(api, operation):
            yield pointer, problem


def _find_invariant_problems(api: Api, operation: Operation) -> Iterator[str]:
    invariants = operation.extension.invariants
    existing = {field.name for field in operation.fields}
    for name in _iter_parameters(invariants):
        if name not in existing:
            yield f"{name!r} is no parameter"
    yield from _check_choices(api, invariants)
    for pointer in _iter_unknown_pointers(operation):
        yield f"{pointer!r} is no place in the answer"
    yield from _check_dependency(api, invariants)
    yield from _check_cleanup(api, invariants)
    paging = invariants.paging
    if paging is not None:
        for name in set(paging.echo.values()) - {paging.page, paging.size}:
            yield f"{name!r} is echoed, and is neither the page nor its size"
    if invariants.items and not invariants.id:
        yield "has items and no id"
    for bounds in invariants.ranges:
        is_complete = "{}" in bounds.low and "{}" in bounds.high and bounds.separator
        if bounds.parameter and not is_complete:
            yield f"a range in {bounds.parameter!r} needs {{}} in both bounds, and what joins them"


def _check_dependency(api: Api, invariants: Invariants) -> Iterator[str]:
    """Yield what is to come from an operation, or from a place in its response, that is not there."""
    dependency = invariants.depends_on
    if dependency is None:
        return
    earlier = _find_operation(api, dependency.operation)
    # one that depends on a third would have to wait for it: a chain that nobody needs, or a circle
    if earlier is None or earlier.extension.invariants.depends_on:
        yield f"{dependency.operation!r} is no operation that can come first"
        return
    for pointer in dependency.values.values():
        if not _has_pointer(earlier.response_schema, pointer):
            yield f"{pointer!r} is no place in the answer of {dependency.operation}"


def _check_cleanup(api: Api, invariants: Invariants) -> Iterator[str]:
    """Yield what is to be deleted by an operation that is not there, or that has no such parameters."""
    cleanup = invariants.cleanup
    if cleanup is None:
        return
    operation = _find_operation(api, cleanup.operation)
    existing: set[str] = set()
    if operation is not None:
        existing = {field.name for field in operation.fields}
    for name in cleanup.parameters:
        if name not in existing:
            yield f"{cleanup.operation!r} cannot take away by {name!r}"


def _find_operation(api: Api, operation_id: str) -> Operation | None:
    for operation in api.operations:
        if operation.id == operation_id:
            return operation
    return None


def _iter_parameters(invariants: Invariants) -> Iterator[str]:
    """Yield the names of parameters that invariants speak of."""
    names: list[str] = []
    if invariants.paging is not None:
        names += [invariants.paging.page, invariants.paging.size, *invariants.paging.echo.values()]
    names += [order.parameter for order in invariants.orders]
    for bounds in invariants.ranges:
        if bounds.parameter:
            names.append(bounds.parameter)
        else:
            names += [bounds.low, bounds.high]
    for filter_rule in invariants.filters:
        names += [filter_rule.parameter, *filter_rule.with_parameters]
    for image in invariants.images:
        names += image
    if invariants.depends_on is not None:
        names += invariants.depends_on.values
    if invariants.cleanup is not None:
        names += invariants.cleanup.parameters
    if invariants.languages is not None:
        names.append(invariants.languages.parameter)
    if invariants.regions is not None:
        names += [invariants.regions.parameter, invariants.regions.crop]
    # "" where nothing is said
    yield from filter(None, names)


def _check_choices(api: Api, invariants: Invariants) -> Iterator[str]:
    """Yield the choices that no variant makes, and words that mean nothing."""
    for choice, words in _iter_choices(invariants):
        if not fits_variant(api, choice):
            yield f"{choice} does not name a variant with each of its values"
        for value in list_choices(choice):
            if words and value not in words:
                yield f"{value!r} is none of {', '.join(words)}"


def _iter_choices(invariants: Invariants) -> Iterator[tuple[Choice, tuple[str, ...]]]:
    """Yield each choice, and the words that it has to be of; none where any will do."""
    paging = invariants.paging
    if paging is not None:
        yield paging.total, ()
        yield paging.item_count, ()
        yield paging.max_items, ()
        yield paging.counts, COUNT_UNITS
        yield paging.rounding, ROUNDINGS
    if invariants.regions is not None:
        yield invariants.regions.order, REGION_ORDERS


def _iter_unknown_pointers(operation: Operation) -> Iterator[str]:
    """Yield the pointers to what no good response has."""
    # an operation whose good response is empty, or XML, has no schema to look into
    if not operation.response_schema:
        return
    invariants = operation.extension.invariants
    pointers = [*_iter_response_pointers(invariants)]
    pointers += [f"{invariants.items}/*{pointer}" for pointer in _iter_item_pointers(invariants)]
    for pointer in pointers:
        if not _has_pointer(operation.response_schema, pointer):
            yield pointer


def _iter_response_pointers(invariants: Invariants) -> Iterator[str]:
    pointers = [*invariants.success, *invariants.volatile]
    if invariants.items:
        pointers.append(f"{invariants.items}/*")
    paging = invariants.paging
    if paging is not None:
        pointers += [paging.pages, *paging.echo, *list_choices(paging.total), *list_choices(paging.item_count)]
    if invariants.regions is not None:
        pointers += [invariants.regions.echo, invariants.regions.all_regions]
    yield from filter(None, pointers)


def _iter_item_pointers(invariants: Invariants) -> Iterator[str]:
    yield from invariants.id
    yield from invariants.urls
    for order in invariants.orders:
        yield order.field
    for bounds in invariants.ranges:
        yield bounds.field
    for filter_rule in invariants.filters:
        if filter_rule.condition is not None:
            yield filter_rule.condition.pointer
    if invariants.languages is not None:
        yield from invariants.languages.texts
        yield from invariants.languages.original


def _has_pointer(schema: Mapping[str, Any], pointer: str) -> bool:
    """Return whether the schema, or one of its alternatives, has such a place; `*` stands for every position."""
    if not pointer:
        return True
    for keyword in SCHEMA_ALTERNATIVES:
        if any(_has_pointer(alternative, pointer) for alternative in schema.get(keyword, ())):
            return True
    name, slash, rest = pointer[1:].partition("/")
    if name == "*" or name.isdecimal():
        below = schema.get("items")
    else:
        below = schema.get("properties", {}).get(name)
    return below is not None and _has_pointer(below, f"{slash}{rest}")
