"""Make an API ready to answer: everything that can be decided at start is decided here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from lookalike_specs import Api, Operation, SpecError, load_api, resolve_variants
from lookalike_specs.signing import SCHEMES

from .authentication.credentials import CredentialReader, build_credential_reader
from .authentication.verifiers import VERIFIERS
from .compiled_rules import compile_rules
from .service import Account, Endpoint, Handler, RouteTemplate, Service, TriggerPattern
from .vendors import HANDLERS

PATH_NAME: Final = re.compile(r"\{([^{}]+)\}")


def compile_api(api_id: str, chosen: dict[str, str] | None = None) -> Service:
    """Compile one API. Raises UnknownApi, UnknownVariant, SpecError."""
    api = load_api(api_id)
    switches = resolve_variants(api, chosen or {})
    routes: dict[tuple[str, str], dict[str, Endpoint]] = {}
    for operation in api.operations:
        schemes = tuple(scheme for scheme in operation.schemes if scheme.is_active(switches))
        page = _find_handler(api, operation)
        _check_verifiers(api, operation)
        endpoint = Endpoint(
            replace(operation, schemes=schemes),
            operation.body_location,
            compile_rules(operation, switches, api.document),
            page,
            _find_foreign_errors(api, operation),
        )
        routes.setdefault((operation.method, operation.path), {})[operation.extension.action] = endpoint
    magic = api.root.triggers
    return Service(
        api=api,
        variants=switches,
        routes=routes,
        accounts=_index_accounts(api),
        trigger_keys={found.credential: _split_template(found.template) for found in magic if found.credential},
        trigger_parameters=tuple(
            (found.parameter, _split_template(found.template)) for found in magic if found.parameter
        ),
        credential_readers=_build_credential_readers(api),
        templates=_compile_templates(routes),
    )


def _find_handler(api: Api, operation: Operation) -> Handler:
    name = operation.extension.handler
    if name not in HANDLERS:
        known = ", ".join(sorted(HANDLERS))
        raise SpecError(
            f"{api.id}#{operation.pointer}/x-lookalike/handler", f"no handler is called {name!r}; known: {known}"
        )
    return HANDLERS[name]


def _check_verifiers(api: Api, operation: Operation) -> None:
    for scheme in operation.schemes:
        kind = scheme.extension.scheme
        if kind not in VERIFIERS or kind not in SCHEMES:
            known = ", ".join(sorted(VERIFIERS))
            where = f"{api.id}#/components/securitySchemes/{scheme.name}/x-lookalike/scheme"
            raise SpecError(where, f"no verifier is called {kind!r}; known: {known}")


def _compile_templates(routes: Iterable[tuple[str, str]]) -> tuple[RouteTemplate, ...]:
    """Compile the paths with names in them, the most concrete first: `/pets/{id}/toys` before `/{kind}/{id}/toys`."""
    found = [(method, path) for method, path in routes if PATH_NAME.search(path)]
    found.sort(key=lambda route: [bool(PATH_NAME.search(segment)) for segment in route[1].split("/")])
    return tuple(_compile_template(method, path) for method, path in found)


def _compile_template(method: str, path: str) -> RouteTemplate:
    # names and what stands between them take turns; a name's value is never empty and has no slash
    parts = PATH_NAME.split(path)
    texts = ["([^/]+)" if number % 2 else re.escape(part) for number, part in enumerate(parts)]
    return RouteTemplate(method, path, re.compile("".join(texts)), tuple(parts[1::2]))


def _find_foreign_errors(api: Api, operation: Operation) -> frozenset[str]:
    """The errors that name operations, and not this one."""
    errors = api.root.errors.items()
    return frozenset(name for name, error in errors if error.operations and operation.id not in error.operations)


def _build_credential_readers(api: Api) -> tuple[CredentialReader, ...]:
    """One way to find a credential for each scheme of the API, those of one kind once."""
    schemes = {
        (each.extension.scheme, each.parameter): each for operation in api.operations for each in operation.schemes
    }
    return tuple(build_credential_reader(scheme) for scheme in schemes.values())


def _split_template(text: str) -> TriggerPattern:
    before, _, after = text.partition("{situation}")
    return before, after


def _index_accounts(api: Api) -> dict[str, dict[str, Account]]:
    """Credential name -> its value -> who that is."""
    table: dict[str, dict[str, Account]] = {}
    for credentials, error in api.accounts:
        for name, value in credentials.items():
            table.setdefault(name, {}).setdefault(value, Account(credentials, error_id=error))
    return table
