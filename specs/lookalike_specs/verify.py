"""Every name that a spec uses must be one that it defines."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter

from .api import Api, Operation
from .errors import SpecError
from .verify_promises import check_invariants

CREDENTIAL_PLACEHOLDERS = ("token", "uuid", "secret")
REACTIONS = frozenset(("ignore", "accept", "clamp"))


def verify_api(api: Api) -> None:
    """Raise SpecError for the first thing that cannot be meant."""
    checks = (_check_references, _check_reaction_variants, _check_variant_conditions, _check_error_formats, _check_error_operations, _check_fields, check_invariants)
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
        if any(found not in CREDENTIAL_PLACEHOLDERS for _, found, _, _ in Formatter().parse(template) if found is not None):
            yield f"/x-lookalike/mint/{name}", f"{template!r} has a placeholder that is none of {', '.join(CREDENTIAL_PLACEHOLDERS)}"


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
        yield from ((f"{operation.pointer}/x-lookalike/instead", error) for error in (*instead, *instead.values()))
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


def _check_error_formats(api: Api) -> Iterator[tuple[str, str]]:
    root = api.root
    switch = root.variants.get("error-transport")
    used = [error.error_format for error in root.errors.values() if error.error_format]
    used += switch.values if switch else [root.default_error_format]
    used += [transport.xml for transport in root.error_formats.values() if transport.xml]
    used += [name for each in api.operations for pair in each.extension.error_formats.items() for name in pair]
    yield from (
        ("/x-lookalike/transports", f"{name!r} is used and not there") for name in used if name not in root.error_formats
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
            yield "/x-lookalike/magic", f"{magic.template!r} needs one {{situation}}, and a credential or a parameter"
