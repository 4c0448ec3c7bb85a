"""Which parameters of an operation may have any value: those that prove nothing, nor say which operation is meant."""

from __future__ import annotations

from lookalike_specs import Field
from lookalike_specs.messages import is_json
from lookalike_specs.request_builder import build_request
from lookalike_specs.signing import SCHEMES

from ..context import CheckContext
from .parse import parse_parameters


def find_free_parameters(context: CheckContext) -> dict[str, Field]:
    """Return name -> parameter, of those that count under the context's variants."""
    names_in_use = {name.lower() for name in _list_names_in_use(context)}
    signed_names = {
        name for scheme in context.operation.schemes for name in SCHEMES[scheme.extension.scheme].required_parameters
    }
    parameters: dict[str, Field] = {}
    for field in context.operation.fields:
        if not field.is_active(context.variants):
            continue
        if not _can_be_changed(context, field) or field.name.lower() in names_in_use:
            continue
        # what a signature is made of, such as `Timestamp`, has no meaning besides, unless the document lists its values
        if field.name in signed_names and "enum" not in field.schema:
            continue
        parameters[field.name] = field
    return parameters


def _can_be_changed(context: CheckContext, field: Field) -> bool:
    """Return whether a value can be another one: of files, and of bodies that are not JSON, nothing is known."""
    if field.location == "body":
        return is_json(context.operation.body_media_type)
    return field.location != "file"


def _list_names_in_use(context: CheckContext) -> set[str]:
    """Return the names of secrets and signatures, and of what says which operation is meant."""
    names = _find_signature_parameters(context) | set(context.api.root.secrets)
    action = context.api.root.routing.action
    if action is not None:
        names |= {action.parameter, action.header}
    return names


def _find_signature_parameters(context: CheckContext) -> set[str]:
    """Return what a signature adds to a request, whichever scheme it is of: found out by signing one."""
    values = {name: value for name, value in context.build_values().items() if name not in context.account}
    request = build_request(context.operation, values, context.target.url)
    own_names = parse_parameters(request).keys()
    names = set[str]()
    for scheme in context.operation.schemes:
        names |= parse_parameters(context.sign_request(request, scheme)).keys() - own_names
    return names
