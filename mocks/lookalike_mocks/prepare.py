"""Make an API ready to answer: everything that can be decided at start is decided here."""

from __future__ import annotations

from dataclasses import replace

from lookalike_specs import Api, Operation, load, variants

from .account import Account
from .authenticate.claims import Claim, claim
from .checker import checker
from .service import Endpoint, Service, Template
from .vendors import PAGES


def service(api_id: str, chosen: dict[str, str] | None = None) -> Service:
    """Compile one API. Raises UnknownApi, UnknownVariant, SpecError."""
    api = load(api_id)
    switches = variants(api, chosen or {})
    routes: dict[tuple[str, str], dict[str, Endpoint]] = {}
    for operation in api.operations:
        schemes = tuple(scheme for scheme in operation.schemes if scheme.counts(switches))
        page = PAGES[operation.extension.page]
        endpoint = Endpoint(
            replace(operation, schemes=schemes),
            operation.body_place,
            checker(operation, switches),
            page,
            _foreign(api, operation),
        )
        routes.setdefault((operation.method, operation.path), {})[operation.extension.action] = endpoint
    magic = api.root.magic
    return Service(
        api=api,
        variants=switches,
        routes=routes,
        accounts=_accounts(api),
        magic_keys={found.credential: _template(found.template) for found in magic if found.credential},
        magic_values=tuple((found.parameter, _template(found.template)) for found in magic if found.parameter),
        claims=_claims(api),
    )


def _foreign(api: Api, operation: Operation) -> frozenset[str]:
    """The errors that name operations, and not this one."""
    errors = api.root.errors.items()
    return frozenset(name for name, error in errors if error.operations and operation.id not in error.operations)


def _claims(api: Api) -> tuple[Claim, ...]:
    """One way to find a credential for each scheme of the API, those of one kind once."""
    schemes = {
        (each.extension.scheme, each.parameter): each for operation in api.operations for each in operation.schemes
    }
    return tuple(claim(scheme) for scheme in schemes.values())


def _template(text: str) -> Template:
    before, _, after = text.partition("{situation}")
    return before, after


def _accounts(api: Api) -> dict[str, dict[str, Account]]:
    """Credential name -> its value -> who that is."""
    table: dict[str, dict[str, Account]] = {}
    for credentials, error in api.accounts:
        for name, value in credentials.items():
            table.setdefault(name, {}).setdefault(value, Account(credentials, error=error))
    return table
