"""Hold an API's document to itself: every name that it uses must be one that it defines.

Each check yields the place of a problem, as a JSON pointer, and what is wrong there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from string import Formatter
from typing import Final

from .api import Api, Operation
from .exceptions import SpecError
from .extensions import Reaction
from .lint_client import check_client_guidance
from .lint_invariants import check_invariants, fits_variant, list_choices
from .lint_provenance import check_provenance
from .signing import SCHEMES
from .suggest import suggest

Problem = tuple[str, str]
CREDENTIAL_PLACEHOLDERS: Final = ("token", "uuid", "secret")
REACTIONS: Final = frozenset(("ignore", "accept", "clamp"))


def verify_api(api: Api) -> None:
    """Raise SpecError for the first thing in a document that cannot be meant."""
    checks: tuple[Callable[[Api], Iterator[Problem]], ...] = (
        _check_errors,
        _check_variant_defaults,
        _check_credential_templates,
        _check_reaction_variants,
        _check_variant_conditions,
        _check_signing_schemes,
        _check_error_formats,
        _check_error_operations,
        _check_error_examples,
        _check_fields,
        _check_token_lists,
        _check_triggers,
        check_client_guidance,
        check_invariants,
        check_provenance,
    )
    for check in checks:
        for pointer, problem in check(api):
            raise SpecError(f"{api.id}#{pointer}", problem)


def _check_errors(api: Api) -> Iterator[Problem]:
    """Yield the errors that are referred to, and are not in the catalogue."""
    for pointer, error in _iter_used_errors(api):
        if error not in api.root.errors:
            yield pointer, f"{error!r} is not in the catalogue of errors"


def _check_error_examples(api: Api) -> Iterator[Problem]:
    """Yield examples of errors for an operation, a parameter or a variant that there is not."""
    operations = {operation.id: operation for operation in api.operations}
    for name, error in api.root.errors.items():
        example = error.example
        if example is None:
            continue
        pointer = f"/x-lookalike/errors/{name}/example"
        operation = operations.get(example.operation)
        if operation is None:
            yield pointer, f"no operation is called {example.operation!r}"
            continue
        unknown = example.values.keys() - {field.name for field in operation.fields}
        if unknown:
            yield pointer, f"{example.operation} has no parameter {min(unknown)!r}"
        variant = api.root.variants.get(example.when.variant) if example.when else None
        if example.when and (variant is None or not set(example.when.values) <= variant.values.keys()):
            yield pointer, f"{example.when.variant!r} is no variant with these values"


def _check_variant_defaults(api: Api) -> Iterator[Problem]:
    for name, variant in api.root.variants.items():
        if variant.default not in variant.values:
            yield f"/x-lookalike/variants/{name}", f"its default {variant.default!r} is not one of its values"


def _check_credential_templates(api: Api) -> Iterator[Problem]:
    known = ", ".join(CREDENTIAL_PLACEHOLDERS)
    for name, template in api.root.credential_templates.items():
        # `lk{token}` is the text `lk` with the field `token`, and perhaps a text behind it, without a field
        placeholders = [field for _, field, _, _ in Formatter().parse(template) if field is not None]
        if not set(placeholders) <= set(CREDENTIAL_PLACEHOLDERS):
            problem = f"{template!r} has a placeholder that is none of {known}"
            yield f"/x-lookalike/credential-templates/{name}", problem


def _iter_used_errors(api: Api) -> Iterator[tuple[str, str]]:
    """Yield each place that names an error, and the error's id."""
    root = api.root
    for name, account in root.accounts.items():
        if "error" in account:
            yield f"/x-lookalike/accounts/{name}", account["error"]
    for error in (root.routing.not_found, *list_choices(root.routing.method), root.routing.unknown_action):
        if error:
            yield "/x-lookalike/routing", error
    yield "/x-lookalike/quota", root.quota.rate
    yield "/x-lookalike/quota", root.quota.count
    for operation in api.operations:
        yield from _iter_operation_errors(operation)


def _iter_operation_errors(operation: Operation) -> Iterator[tuple[str, str]]:
    extension = operation.extension
    for rule in extension.rules:
        yield f"{operation.pointer}/x-lookalike/rules", rule.error
    for scheme in operation.schemes:
        for error in scheme.extension.errors.values():
            yield f"/securitySchemes/{scheme.name}", error
    for replaced, error in extension.error_aliases.items():
        yield f"{operation.pointer}/x-lookalike/error-aliases", replaced
        yield f"{operation.pointer}/x-lookalike/error-aliases", error
    for pointer, reaction in _iter_reactions(operation):
        for choice in list_choices(reaction):
            if choice not in REACTIONS:
                yield pointer, choice


def _iter_reactions(operation: Operation) -> Iterator[tuple[str, Reaction]]:
    """Yield each reaction to a broken rule that an operation and its parameters have, and where it stands."""
    for reaction in operation.extension.errors.values():
        yield operation.pointer, reaction
    for field in operation.fields:
        for reaction in field.reactions.values():
            yield f"{operation.pointer}/{field.name}", reaction
    for name, reactions in operation.extension.also_allowed.items():
        for reaction in reactions:
            yield f"{operation.pointer}/also-allowed/{name}", reaction


def _check_reaction_variants(api: Api) -> Iterator[Problem]:
    """Yield the reactions by a variant that is not there, or that leave out one of its values."""
    if not fits_variant(api, api.root.routing.method):
        yield (
            "/x-lookalike/routing/method",
            f"{api.root.routing.method} does not name a variant with each of its values",
        )
    for operation in api.operations:
        reactions = [reaction for _, reaction in _iter_reactions(operation)]
        for reaction in (*reactions, *operation.extension.defaults.values()):
            if not fits_variant(api, reaction):
                yield "/x-errors", f"{reaction} does not name a variant with each of its values"


def _check_variant_conditions(api: Api) -> Iterator[Problem]:
    """Yield the schemes and parameters that count only with a value that no variant has."""
    conditions = []
    for operation in api.operations:
        for scheme in operation.schemes:
            conditions.append((f"/securitySchemes/{scheme.name}", scheme.extension.when))
        for field in operation.fields:
            conditions.append((f"{operation.pointer}/{field.name}", field.when))
    for pointer, condition in conditions:
        if condition is None:
            continue
        variant = api.root.variants.get(condition.variant)
        if variant is None or not set(condition.values) <= set(variant.values):
            yield pointer, f"{condition.variant!r} is no variant with the values {condition.values}"


def _check_signing_schemes(api: Api) -> Iterator[Problem]:
    """Yield the security schemes that nobody can sign or verify."""
    known = ", ".join(SCHEMES)
    for operation in api.operations:
        for scheme in operation.schemes:
            name = scheme.extension.scheme
            if name not in SCHEMES:
                problem = f"no scheme is called {name!r}; known: {known}{suggest(name, SCHEMES)}"
                yield f"/securitySchemes/{scheme.name}", problem


def _check_error_formats(api: Api) -> Iterator[Problem]:
    root = api.root
    used = [error.error_format for error in root.errors.values() if error.error_format]
    used += [error_format.xml for error_format in root.error_formats.values() if error_format.xml]
    switch = root.variants.get("error-format")
    if switch is None:
        used.append(root.default_error_format)
    else:
        # each value of that variant is the name of a format
        used += switch.values
    for operation in api.operations:
        for name, replacement in operation.extension.error_formats.items():
            used += [name, replacement]
    for name in used:
        if name not in root.error_formats:
            yield "/x-lookalike/error-formats", f"{name!r} is used and not there"


def _check_error_operations(api: Api) -> Iterator[Problem]:
    """Yield the answers of operations that are not there, and the errors that an operation names and cannot answer."""
    existing = {operation.id for operation in api.operations}
    for kind, answers in (("errors", api.root.errors), ("situations", api.root.situations)):
        for name, answer in answers.items():
            for unknown in set(answer.operations) - existing:
                hint = suggest(unknown, existing)
                yield f"/x-lookalike/{kind}/{name}", f"{unknown!r} is no operation{hint}"
    for operation in api.operations:
        aliases = operation.extension.error_aliases
        for pointer, name in _iter_operation_errors(operation):
            error = api.root.errors.get(aliases.get(name, name))
            if error is not None and not error.applies_to(operation.id):
                yield pointer, f"{name!r} is an error of {', '.join(error.operations)}, and not of {operation.id}"


def _check_fields(api: Api) -> Iterator[Problem]:
    """Yield values that could not be told apart, what speaks of a parameter that is not there, and no proof at all."""
    for operation in api.operations:
        names = [field.name for field in operation.fields]
        for name in names:
            if names.count(name) > 1:
                yield operation.pointer, f"{name!r} stands twice"
        for rule in operation.extension.rules:
            for name in rule.parameters:
                if name not in names:
                    yield operation.pointer, f"rule on {name!r}"
        extension = operation.extension
        for name in (*extension.also_allowed, *extension.defaults, *extension.token_lists):
            if name not in names:
                yield operation.pointer, f"speaks of {name!r}"
        if not operation.schemes:
            yield operation.pointer, "says nothing of who may call it"


def _check_token_lists(api: Api) -> Iterator[Problem]:
    for operation in api.operations:
        names = {name for list_names in operation.extension.token_lists.values() for name in list_names}
        for name in sorted(names - set(api.root.data)):
            yield operation.pointer, f"lists tokens in {name!r}, which is not in the data"


def _check_triggers(api: Api) -> Iterator[Problem]:
    for trigger in api.root.triggers:
        has_one_target = bool(trigger.credential) != bool(trigger.parameter)
        if trigger.template.count("{situation}") != 1 or not has_one_target:
            problem = f"{trigger.template!r} needs one {{situation}}, and a credential or a parameter"
            yield "/x-lookalike/triggers", problem
