"""Secrets where they do not belong, and what covers them in complaints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lookalike_specs import Api
from lookalike_specs.messages import Request
from lookalike_specs.redaction import MIN_SECRET_LENGTH, Redactor, find_secrets

from .credentials import Credentials
from .parsed_request import ClientRequest
from .violation import RequestViolation


def build_redactor(api: Api, request: Request, accounts: Iterable[Credentials]) -> Redactor:
    """Covers the accounts' secrets, and whatever the request has where secrets belong."""
    own = (value.encode("utf-8", "replace") for _, value in list_secrets(api, accounts))
    return Redactor([*own, *find_secrets(api.root.secrets, request)])


def list_secrets(api: Api, accounts: Iterable[Credentials]) -> list[tuple[str, str]]:
    """The accounts' secrets, each with its name."""
    known = api.root.secrets
    return [(n, v) for account in accounts for n, v in account.items() if n in known and len(v) >= MIN_SECRET_LENGTH]


def find_misplaced_secrets(asked: ClientRequest, accounts: Iterable[Credentials]) -> Iterator[RequestViolation]:
    """Secrets in a parameter, a header, a path or a body where the API does not ask for them."""
    own = {name.lower() for name in asked.api.root.secrets} & (_list_secret_names(asked))
    places = [(name, value) for name, value in asked.query + asked.form if name.lower() not in own]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in asked.request.headers]
    places += [(f"the header {name}", value) for name, value in headers if name not in own]
    places += [("the path", asked.request.path)]
    if not asked.form:
        places += [("the body", asked.request.body.decode("utf-8", "replace"))]
    # a value that has two names is told once
    for value, name in {value: name for name, value in reversed(list_secrets(asked.api, accounts))}.items():
        cover = Redactor([value.encode()])
        for place, text in places:
            raw = text.encode("utf-8", "replace")
            if cover.redact(raw) != raw:
                yield RequestViolation(
                    "secret", name, f"{name} stands in {place}, where it does not belong", asked.locate_rule()
                )
                break


def _list_secret_names(asked: ClientRequest) -> set[str]:
    """Where the operation asks for any secret: its fields and the parameters of its schemes, in lower case."""
    return {name.lower() for name in asked.fields} | {scheme.parameter.lower() for scheme in asked.schemes}
