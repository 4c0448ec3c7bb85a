"""Secrets where they do not belong, and what covers them in complaints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lookalike_specs import Api
from lookalike_specs.veil import LEAST, Veil, presented
from lookalike_specs.wire import Request

from .asked import Asked
from .complaint import Complaint
from .proof import Account


def veil(api: Api, request: Request, accounts: Iterable[Account]) -> Veil:
    """Covers the accounts' secrets, and whatever the request has where secrets belong."""
    own = (value.encode("utf-8", "replace") for _, value in secrets(api, accounts))
    return Veil([*own, *presented(api.root.secrets, request)])


def secrets(api: Api, accounts: Iterable[Account]) -> list[tuple[str, str]]:
    """The accounts' secrets, each with its name."""
    known = api.root.secrets
    return [(n, v) for account in accounts for n, v in account.items() if n in known and len(v) >= LEAST]


def misplaced(asked: Asked, accounts: Iterable[Account]) -> Iterator[Complaint]:
    """Secrets in a parameter, a header, a path or a body where the API does not ask for them."""
    own = {name.lower() for name in asked.api.root.secrets} & (_places(asked))
    places = [(name, value) for name, value in asked.query + asked.form if name.lower() not in own]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in asked.request.headers]
    places += [(f"the header {name}", value) for name, value in headers if name not in own]
    places += [("the path", asked.request.path)]
    if not asked.form:
        places += [("the body", asked.request.body.decode("utf-8", "replace"))]
    # a value that has two names is told once
    for value, name in {value: name for name, value in reversed(secrets(asked.api, accounts))}.items():
        cover = Veil([value.encode()])
        for place, text in places:
            raw = text.encode("utf-8", "replace")
            if cover.cover(raw) != raw:
                yield Complaint("secret", name, f"{name} stands in {place}, where it does not belong", asked.where())
                break


def _places(asked: Asked) -> set[str]:
    """Where the operation asks for any secret: its fields and the parameters of its schemes, in lower case."""
    return {name.lower() for name in asked.fields} | {scheme.parameter.lower() for scheme in asked.schemes}
