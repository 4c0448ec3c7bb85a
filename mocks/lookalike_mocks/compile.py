"""Make an API ready to answer: everything that can be decided at start is decided here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from lookalike_specs import Api, Operation, SpecError, load_api, resolve_variants
from lookalike_specs.signing import SCHEMES

from .authentication.credentials import build_credential_reader
from .authentication.verifiers import VERIFIERS
from .compiled_rules import compile_rules
from .faults import FAULTS
from .service import Account, CredentialReader, Endpoint, Methods, RouteTemplate, Service, TriggerPattern
from .vendors import HANDLERS

PATH_NAME: Final = re.compile(r"\{([^{}]+)\}")


def compile_api(api_id: str, chosen: dict[str, str] | None = None) -> Service:
    """Compile one API. Raise UnknownApi, UnknownVariant, SpecError."""
    api = load_api(api_id)
    variants = resolve_variants(api, chosen or {})
    situations = frozenset((*api.root.errors, *api.root.situations, *FAULTS))
    routes: dict[str, dict[str, dict[str, Endpoint]]] = {}
    for operation in api.operations:
        methods = routes.setdefault(operation.path, {})
        endpoints = methods.setdefault(operation.method, {})
        endpoints[operation.extension.action] = _compile_operation(api, operation, variants)
    triggers = api.root.triggers
    return Service(
        api=api,
        variants=variants,
        routes=routes,
        accounts=_index_accounts(api),
        trigger_keys={
            trigger.credential: _compile_template(trigger.template) for trigger in triggers if trigger.credential
        },
        trigger_parameters=tuple(
            (trigger.parameter, _compile_template(trigger.template)) for trigger in triggers if trigger.parameter
        ),
        credential_readers=_build_credential_readers(api),
        situations=situations,
        templates=_compile_templates(routes),
        base_paths=api.base_paths,
    )


def _compile_operation(api: Api, operation: Operation, variants: Mapping[str, str]) -> Endpoint:
    _check_handler(api, operation)
    _check_verifiers(api, operation)
    active_schemes = tuple(scheme for scheme in operation.schemes if scheme.is_active(variants))
    return Endpoint(
        operation=replace(operation, schemes=active_schemes),
        rules=compile_rules(api, operation, variants),
        situations=frozenset((*api.list_situations(operation), *FAULTS)),
    )


def _check_handler(api: Api, operation: Operation) -> None:
    name = operation.extension.handler
    if name not in HANDLERS:
        pointer = f"{api.id}#{operation.pointer}/x-lookalike/handler"
        known = ", ".join(sorted(HANDLERS))
        raise SpecError(pointer, f"no handler is called {name!r}; known: {known}")


def _check_verifiers(api: Api, operation: Operation) -> None:
    for scheme in operation.schemes:
        name = scheme.extension.scheme
        if name not in VERIFIERS or name not in SCHEMES:
            pointer = f"{api.id}#/components/securitySchemes/{scheme.name}/x-lookalike/scheme"
            known = ", ".join(sorted(VERIFIERS))
            raise SpecError(pointer, f"no verifier is called {name!r}; known: {known}")


def _compile_templates(routes: Mapping[str, Methods]) -> tuple[RouteTemplate, ...]:
    """Compile the paths with names in them, the most concrete first: `/pets/{id}/toys` before `/{kind}/{id}/toys`."""
    paths = [path for path in routes if PATH_NAME.search(path)]
    paths.sort(key=lambda path: [bool(PATH_NAME.search(segment)) for segment in path.split("/")])
    templates = []
    for path in paths:
        # names and what stands between them take turns; a name's value is never empty and has no slash
        parts = PATH_NAME.split(path)
        names = tuple(parts[1::2])
        pattern = re.compile("([^/]+)".join(map(re.escape, parts[::2])))
        for method in routes[path]:
            templates.append(RouteTemplate(method, path, pattern, names))
    return tuple(templates)


def _build_credential_readers(api: Api) -> dict[tuple[str, str], CredentialReader]:
    """Return one reader for each kind of scheme and each parameter that some operation has."""
    readers: dict[tuple[str, str], CredentialReader] = {}
    for operation in api.operations:
        for scheme in operation.schemes:
            key = (scheme.extension.scheme, scheme.parameter)
            if key not in readers:
                readers[key] = build_credential_reader(scheme)
    return readers


def _compile_template(template: str) -> TriggerPattern:
    prefix, _, suffix = template.partition("{situation}")
    return re.compile(f"{re.escape(prefix)}(.+){re.escape(suffix)}", re.DOTALL)


def _index_accounts(api: Api) -> dict[str, dict[str, Account]]:
    """Return the accounts by a credential's name and its value; where two share a value, the first counts."""
    accounts: dict[str, dict[str, Account]] = {}
    for credentials, error_id in api.accounts:
        for name, value in credentials.items():
            accounts.setdefault(name, {}).setdefault(value, Account(credentials, error_id=error_id))
    return accounts
