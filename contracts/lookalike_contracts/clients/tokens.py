"""Tokens that are on none of the document's lists: many APIs say nothing of them, and filter nothing by them either."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lookalike_specs.suggest import find_closest

from .parsed_request import ClientRequest
from .violation import RequestViolation


def validate_tokens(request: ClientRequest) -> Iterator[RequestViolation]:
    """Yield each token, such as a filter's, that the API does not list, with the nearest one that it does."""
    data = request.api.root.data
    for name, list_names in request.operation.extension.token_lists.items():
        listed = [token for list_name in list_names for token in data[list_name]]
        for token in dict.fromkeys(_read_tokens(request, name)):
            if token in listed:
                continue
            rule = f"/x-lookalike/data/{list_names[0]}"
            message = f"{name}: {token!r} is on no list of this API, and may do nothing"
            if token[0] in "[{":
                message += "; it is JSON, and tokens are joined by commas"
            else:
                message += f"; nearest: {find_closest(token, listed)}"
            yield RequestViolation("value", name, message, f"#{rule}", request.api.find_provenance(rule))


def _read_tokens(request: ClientRequest, name: str) -> list[str]:
    """Return the tokens of a parameter, from a text with commas or from a list in JSON."""
    value: Any = request.json_object.get(name, request.get_value(name))
    if isinstance(value, list):
        return [token for token in value if isinstance(token, str) and token]
    if not isinstance(value, str):
        return []
    if value.strip().startswith(("[", "{")):
        # one token and not many: to split JSON at its commas would make several complaints of one mistake
        return [value.strip()]
    return [token.strip() for token in value.split(",") if token.strip()]
