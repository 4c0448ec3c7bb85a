"""Every name that a spec uses must be one that it defines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from .api import Api, Operation
from .exceptions import SpecError
from .invariants import Choice, Invariants
from .signing import SCHEMES
from .suggest import suggest

CREDENTIAL_PLACEHOLDERS = ("token", "uuid", "secret")
REACTIONS = frozenset(("ignore", "accept", "clamp"))


def verify_api(api: Api) -> None:
    """Raise SpecError for the first thing that cannot be meant."""
    checks = (
        _check_references,
        _check_reaction_variants,
        _check_variant_conditions,
        _check_signing_schemes,
        _check_error_formats,
        _check_error_operations,
        _check_fields,
        check_invariants,
    )
    for where, problem in (found for check in checks for found in check(api)):
        raise SpecError(f"{api.id}#{where}", problem)


def _check_references(api: Api) -> Iterator[tuple[str, str]]:
    """Errors that are referred to, and are not in the catalogue."""
    for where, error in _list_used_errors(api):
        if error not in api.root.errors:
            yield where, f"{error!r} is not in the catalogue of errors"
    for name, variant in api.root.variants.items():
        if variant.default not in variant.values:
            yield f"/x-lookalike/variants/{name}", f"its default {variant.default!r} is not one of its values"
    for name, template in api.root.credential_templates.items():
        if any(
            found not in CREDENTIAL_PLACEHOLDERS for _, found, _, _ in Formatter().parse(template) if found is not None
        ):
            yield (
                f"/x-lookalike/credential-templates/{name}",
                f"{template!r} has a placeholder that is none of {', '.join(CREDENTIAL_PLACEHOLDERS)}",
            )


def _list_used_errors(api: Api) -> Iterator[tuple[str, str]]:
    root = api.root
    yield from ((f"/x-lookalike/accounts/{name}", at["error"]) for name, at in root.accounts.items() if "error" in at)
    routing = (root.routing.not_found, root.routing.method, root.routing.unknown_action)
    yield from (("/x-lookalike/routing", error) for error in routing if error)
    yield from (("/x-lookalike/quota", error) for error in (root.quota.rate, root.quota.count))
    for operation in api.operations:
        yield from ((f"{operation.pointer}/x-lookalike/rules", rule.error) for rule in operation.extension.rules)
        for scheme in operation.schemes:
            yield from ((f"/securitySchemes/{scheme.name}", error) for error in scheme.extension.errors.values())
        instead = operation.extension.error_aliases
        yield from (
            (f"{operation.pointer}/x-lookalike/error-aliases", error) for error in (*instead, *instead.values())
        )
        yield from _list_reaction_errors(operation)


def _list_reaction_errors(operation: Operation) -> Iterator[tuple[str, str]]:
    tables = [(operation.pointer, operation.extension.errors)]
    tables += [(f"{operation.pointer}/{field.name}", dict(field.reactions)) for field in operation.fields]
    beyond = operation.extension.also_allowed.items()
    tables += [
        (f"{operation.pointer}/beyond/{name}", dict(zip(map(str, each), each, strict=True))) for name, each in beyond
    ]
    for where, table in tables:
        for reaction in table.values():
            choices = {reaction} if isinstance(reaction, str) else {v for k, v in reaction.items() if k != "variant"}
            yield from ((where, error) for error in choices - REACTIONS)


def _check_reaction_variants(api: Api) -> Iterator[tuple[str, str]]:
    """Reactions by a variant that is not there, or that do not speak of each of its values."""
    tables = [table for o in api.operations for table in (o.extension.errors, *(field.reactions for field in o.fields))]
    beyond = [reaction for o in api.operations for each in o.extension.also_allowed.values() for reaction in each]
    beyond += [choice for o in api.operations for choice in o.extension.defaults.values()]
    reactions = [*beyond, *(reaction for table in tables for reaction in table.values())]
    for reaction in (reaction for reaction in reactions if isinstance(reaction, dict)):
        variant = api.root.variants.get(reaction.get("variant", ""))
        if variant is None or set(reaction) - {"variant"} != set(variant.values):
            yield "/x-errors", f"{reaction} does not name a variant with each of its values"


def _check_variant_conditions(api: Api) -> Iterator[tuple[str, str]]:
    """Schemes and parameters that count only with a value that no variant has."""
    whens = [(f"/securitySchemes/{scheme.name}", scheme.extension.when) for o in api.operations for scheme in o.schemes]
    whens += [(f"{o.pointer}/{field.name}", field.when) for o in api.operations for field in o.fields]
    for where, when in whens:
        variant = api.root.variants.get(when.variant) if when else None
        if when and not (variant and set(when.values) <= set(variant.values)):
            yield where, f"{when.variant!r} is no variant with the values {when.values}"


def _check_signing_schemes(api: Api) -> Iterator[tuple[str, str]]:
    """Yield the security schemes that nobody can sign or verify."""
    for operation in api.operations:
        for scheme in operation.schemes:
            name = scheme.extension.scheme
            if name not in SCHEMES:
                known = ", ".join(SCHEMES)
                yield (
                    f"/securitySchemes/{scheme.name}",
                    f"no scheme is called {name!r}; known: {known}{suggest(name, SCHEMES)}",
                )


def _check_error_formats(api: Api) -> Iterator[tuple[str, str]]:
    root = api.root
    switch = root.variants.get("error-format")
    used = [error.error_format for error in root.errors.values() if error.error_format]
    used += switch.values if switch else [root.default_error_format]
    used += [transport.xml for transport in root.error_formats.values() if transport.xml]
    used += [name for each in api.operations for pair in each.extension.error_formats.items() for name in pair]
    yield from (
        ("/x-lookalike/error-formats", f"{name!r} is used and not there")
        for name in used
        if name not in root.error_formats
    )


def _check_error_operations(api: Api) -> Iterator[tuple[str, str]]:
    """Errors that only operations answer which are not there."""
    known = {operation.id for operation in api.operations}
    for name, error in api.root.errors.items():
        for gone in set(error.operations) - known:
            yield f"/x-lookalike/errors/{name}", f"{gone!r} is no operation"


def _check_fields(api: Api) -> Iterator[tuple[str, str]]:
    """Values that could not be told apart, rules and magic inputs of parameters that are not there."""
    for operation in api.operations:
        names = [field.name for field in operation.fields]
        for name in names:
            if names.count(name) > 1:
                yield operation.pointer, f"{name!r} stands twice"
        for rule in operation.extension.rules:
            yield from ((operation.pointer, f"rule on {name!r}") for name in rule.parameters if name not in names)
        tables = (*operation.extension.also_allowed, *operation.extension.defaults)
        yield from ((operation.pointer, f"speaks of {name!r}") for name in tables if name not in names)
        if not operation.schemes:
            yield operation.pointer, "says nothing of who may call it"
    for magic in api.root.triggers:
        if magic.template.count("{situation}") != 1 or bool(magic.credential) == bool(magic.parameter):
            problem = f"{magic.template!r} needs one {{situation}}, and a credential or a parameter"
            yield "/x-lookalike/triggers", problem


COUNT_UNITS = ("pages", "items")
ROUNDINGS = ("ceil", "floor-plus-one")
REGION_ORDERS = ("x0,x1,y0,y1", "x0,y0,x1,y1")
SCHEMA_ALTERNATIVES = ("oneOf", "anyOf", "allOf")


def check_invariants(api: Api) -> Iterator[tuple[str, str]]:
    """Where something is promised that cannot be meant, and what is wrong with it."""
    for operation in api.operations:
        where = f"{operation.pointer}/x-lookalike/invariants"
        promises = operation.extension.invariants
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
        yield from (
            each
            for each in (*_list_response_pointers(promises), *inner)
            if not _has_pointer(operation.response_schema, each)
        )


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
