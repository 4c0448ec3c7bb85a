"""The values from which `lookalike sign` makes a request once more."""

from __future__ import annotations

from collections.abc import Mapping

from lookalike_specs import Api, Operation
from lookalike_specs.messages import Request
from lookalike_specs.request_builder import (
    build_request,
    collect_examples,
    format_value,
    parse_values,
    select_required_credentials,
)
from lookalike_specs.signing import SCHEMES

from ..generation.parse import parse_parameters
from ..signed_request import Signing, normalize_request


def find_sign_values(
    api: Api, operation: Operation, account: Mapping[str, str], signing: Signing
) -> dict[str, str] | None:
    """Return the values, as texts, that make `lookalike sign` build a request as it was before it was signed.

    None where it would build another one: a parameter that stands there twice, bytes that are no text, or a body that
    a check made by hand.
    """
    values = _read_values(operation, signing.unsigned)
    credentials = select_required_credentials(operation, account)
    # the command takes the account's credentials from the environment; they must not stand in the line
    texts = {name: format_value(value) for name, value in values.items() if name not in credentials}
    if not texts or not all(_is_argument(name, text) for name, text in texts.items()):
        return None
    examples = collect_examples(api, operation)
    scheme = SCHEMES[signing.scheme.extension.scheme]
    defaults = {name: examples[name] for name in scheme.required_parameters if name in examples}
    base_url = f"{signing.unsigned.scheme}://{signing.unsigned.host}"
    rebuilt = build_request(operation, defaults | credentials | parse_values(operation, texts), base_url)
    if normalize_request(rebuilt) != normalize_request(signing.unsigned):
        return None
    return texts


def _read_values(operation: Operation, request: Request) -> dict[str, object]:
    """Return what a request says for its parameters; of its headers those that are parameters of the operation."""
    header_names = {field.name.lower(): field.name for field in operation.fields if field.location == "header"}
    own_headers = {name.decode("latin-1") for name, _ in request.headers}
    values: dict[str, object] = {}
    for name, value in parse_parameters(request).items():
        if name in header_names:
            values[header_names[name]] = value
        elif name not in own_headers:
            values[name] = value
    return values


def _is_argument(name: str, text: str) -> bool:
    """Return whether `name=text` on the command line means just that: no option, and no `name=@file`."""
    return "=" not in name and not name.startswith("-") and not text.startswith("@")
