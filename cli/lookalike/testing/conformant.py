"""Did the client of a test keep to the API's document."""

from __future__ import annotations

from lookalike_mocks.journal import Entry
from lookalike_specs import load

from .trial import Trial

try:
    from lookalike_contracts.clients import Complaint, Sent, judged
except ImportError as missing:
    raise ImportError("to judge what a client sent needs openapi-core: pip install 'lookalike[pytest]'") from missing


def complaints(trial: Trial, api: str) -> tuple[Complaint, ...]:
    """What is wrong with what was sent to that API since the test began, with whatever credentials."""
    accounts = (trial.sandbox.credentials[api], *(account for account, _ in load(api).accounts))
    sent = [Sent(entry.request, entry.at) for entry in _sent(trial, api)]
    return judged(api, sent, *accounts, switches=trial.mock.services[api].variants)


def assert_conformant(trial: Trial, api: str) -> None:
    """Raises AssertionError: for what is wrong, and where nothing was sent at all."""
    __tracebackhide__ = True
    count = len(_sent(trial, api))
    if not count:
        raise AssertionError(f"nothing was sent to {api}")
    if found := complaints(trial, api):
        lines = "\n".join(str(each) for each in found)
        raise AssertionError(f"{count} requests to {api}, {len(found)} complaints:\n{lines}")


def _sent(trial: Trial, api: str) -> list[Entry]:
    """The requests in their order; a request with a wrong key is in another sandbox's journal."""
    own = (entry for entry in trial.sandbox.journal.entries if entry.api == api)
    return sorted([*own, *trial.strays(api)], key=lambda entry: entry.at)
