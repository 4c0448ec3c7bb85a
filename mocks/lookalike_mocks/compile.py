"""Make an API ready to answer: everything that can be decided at start is decided here."""

from __future__ import annotations

from dataclasses import replace

from lookalike_specs import Api, Operation, load_api, resolve_variants

from .authentication.credentials import CredentialReader, build_credential_reader
from .compiled_rules import compile_rules
from .service import Account, Endpoint, Service, TriggerPattern
from .vendors import HANDLERS


def compile_api(api_id: str, chosen: dict[str, str] | None = None) -> Service:
    """Compile one API. Raises UnknownApi, UnknownVariant, SpecError."""
    api = load_api(api_id)
    switches = resolve_variants(api, chosen or {})
    routes: dict[tuple[str, str], dict[str, Endpoint]] = {}
    for operation in api.operations:
        schemes = tuple(scheme for scheme in operation.schemes if scheme.is_active(switches))
        page = HANDLERS[operation.extension.handler]
        endpoint = Endpoint(
            replace(operation, schemes=schemes),
            operation.body_location,
            compile_rules(operation, switches),
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
    )


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
