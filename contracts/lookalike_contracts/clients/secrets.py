"""Secrets where they do not belong, and what hides them in violations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from lookalike_specs import Api
from lookalike_specs.messages import Request
from lookalike_specs.redaction import MIN_SECRET_LENGTH, Redactor, find_secrets

from .credentials import Credentials
from .parsed_request import ClientRequest
from .violation import RequestViolation


def build_redactor(api: Api, request: Request, accounts: Iterable[Credentials]) -> Redactor:
    """Return what hides the accounts' secrets, and whatever the request has where secrets belong."""
    account_secrets = [value.encode("utf-8", "replace") for _, value in list_secrets(api, accounts)]
    return Redactor([*account_secrets, *find_secrets(api.root.secrets, request)])


def list_secrets(api: Api, accounts: Iterable[Credentials]) -> list[tuple[str, str]]:
    """Return the accounts' secrets, each with its name."""
    return [
        (name, value)
        for account in accounts
        for name, value in account.items()
        if name in api.root.secrets and len(value) >= MIN_SECRET_LENGTH
    ]


def find_misplaced_secrets(request: ClientRequest, accounts: Iterable[Credentials]) -> Iterator[RequestViolation]:
    """Yield secrets in a parameter, a header, a path or a body where the API does not ask for them."""
    # by value, as one that has two names is told once, by the first of them
    names: dict[str, str] = {}
    for name, value in list_secrets(request.api, accounts):
        names.setdefault(value, name)
    # All values are looked for at once, and only where there is one, one by one: an image takes long to read.
    places = list(_select_places(names, _list_places(request)))
    for value, name in names.items():
        for place, _ in _select_places([value], places):
            message = f"{name} stands in {place}, where it does not belong"
            yield request.build_violation("secret", name, message)
            break


def _list_places(request: ClientRequest) -> list[tuple[str, str]]:
    """Return each place where no secret belongs, and the text that stands there."""
    asked_for = {name.lower() for name in request.api.root.secrets} & _list_names(request)
    places = [(name, value) for name, value in request.pairs if name.lower() not in asked_for]
    for raw_name, raw_value in request.request.headers:
        name = raw_name.decode("latin-1")
        if name not in asked_for:
            places.append((f"the header {name}", raw_value.decode("latin-1")))
    places.append(("the path", request.request.path))
    return places + _list_body_places(request, asked_for)


def _list_body_places(request: ClientRequest, asked_for: set[str]) -> list[tuple[str, str]]:
    """Return the places of a body; a form's fields are among the request's pairs already."""
    places = list[tuple[str, str]]()
    for file in request.files:
        # with the head of the part: a file's name can hold a secret, too
        whole_part = request.request.body[file.start : file.end]
        places.append((f"the file {file.name}", whole_part.decode("utf-8", "replace")))
    for name, value in request.json_object.items():
        if name.lower() not in asked_for:
            places.append((name, msgspec.json.encode(value).decode()))
    if not (request.form or request.files or request.json_object):
        places.append(("the body", request.request.body.decode("utf-8", "replace")))
    return places


def _select_places(secrets: Iterable[str], places: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the places with any of the secrets in them."""
    # the redactor knows the ways that a value can be encoded in: escaped, in Base64, in JSON
    redactor = Redactor([secret.encode() for secret in secrets])
    for place, text in places:
        data = text.encode("utf-8", "replace")
        if redactor.redact(data) != data:
            yield place, text


def _list_names(request: ClientRequest) -> set[str]:
    """Return the names of the operation's fields and of its schemes' parameters, in lower case."""
    return {name.lower() for name in request.fields} | {scheme.parameter.lower() for scheme in request.schemes}
