"""Which values nobody else may see: a sandbox's own secrets, and what an exchange holds in the places of secrets."""

from __future__ import annotations

from collections.abc import Iterator

from lookalike_specs import veil

from ..journal import JournalEntry
from ..sandbox import Sandbox
from ..service import Service, parse_trigger


def list_sandbox_secrets(sandbox: Sandbox) -> Iterator[bytes]:
    """The secrets of a sandbox; with the demo accounts', those of all accounts that the specs know."""
    for api, service in sandbox.services.items():
        accounts = [sandbox.credentials[api]]
        if not sandbox.state.accounts:
            accounts += [credentials for credentials, _ in service.api.accounts]
        secret = service.api.root.secrets
        yield from (value.encode() for account in accounts for name, value in account.items() if name in secret)


def find_exchange_secrets(service: Service, entry: JournalEntry) -> Iterator[bytes]:
    """What stands where secrets and signatures belong, right or wrong; magic keys are none."""
    found = veil.find_secrets(service.api.root.secrets, entry.request, entry.response)
    return (value for value in found if not _is_trigger(service, value.decode("utf-8", "replace")))


def _is_trigger(service: Service, value: str) -> bool:
    return any(service.has_situation(parse_trigger(value, template)) for template in service.trigger_keys.values())
