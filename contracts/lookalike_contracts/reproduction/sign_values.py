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
from lookalike_specs.signing.sign import get_credential_name, sign

from ..generation.parse import parse_parameters
from ..signed_request import Signing, normalize_request


def find_sign_values(
    api: Api, operation: Operation, account: Mapping[str, str], request: Request, signing: Signing
) -> dict[str, str] | None:
    """Return the values, as texts, that make `lookalike sign` build a request as it was before it was signed.

    They are in the order in which the request was sent: a check may have changed just that. None where the command
    would build another request: a parameter that stands there twice, one in the query that it would put into the form,
    or a body that a check made by hand.
    """
    scheme = SCHEMES[signing.scheme.extension.scheme]
    # `lookalike sign` writes these itself, from its options; all else stands in the line
    options = {*api.root.secrets, get_credential_name(signing.scheme), scheme.secret_name}
    values = _read_values(operation, request, signing.unsigned)
    texts = {name: format_value(value) for name, value in values.items() if name not in options}
    if not texts or not all(_is_argument(name, text) for name, text in texts.items()):
        return None
    credentials = select_required_credentials(operation, account)
    examples = collect_examples(api, operation)
    defaults = {name: examples[name] for name in scheme.required_parameters if name in examples}
    base_url = f"{signing.unsigned.scheme}://{signing.unsigned.host}"
    rebuilt = build_request(operation, defaults | credentials | parse_values(operation, texts), base_url)
    signed_again = sign(rebuilt, signing.scheme, account, signing.context)
    if normalize_request(signed_again) != normalize_request(request):
        return None
    return texts


def _read_values(operation: Operation, request: Request, unsigned: Request) -> dict[str, object]:
    """Return what a request says for its parameters; of its headers those that the operation takes.

    What the signing added is left out, and what it wrote anew: the example of an upload has a signature already.
    """
    unsigned_values = parse_parameters(unsigned)
    header_names = {field.name.lower(): field.name for field in operation.fields if field.location == "header"}
    own_headers = {name.decode("latin-1") for name, _ in request.headers}
    values: dict[str, object] = {}
    for name, value in parse_parameters(request).items():
        if name not in unsigned_values or unsigned_values[name] != value:
            continue
        if name in header_names:
            values[header_names[name]] = value
        elif name not in own_headers:
            values[name] = value
    return values


def _is_argument(name: str, text: str) -> bool:
    """Return whether `name=text` on the command line means just that: no option, and no `name=@file`."""
    return "=" not in name and not name.startswith("-") and not text.startswith("@")
