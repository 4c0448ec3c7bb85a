"""Which parameters of an operation may be anything: those that prove nothing, nor say which operation is meant."""

from __future__ import annotations

from lookalike_specs import Field
from lookalike_specs.messages import is_json
from lookalike_specs.request_builder import build_request
from lookalike_specs.signing import SCHEMES

from ..context import CheckContext
from .parse import parse_parameters


def find_free_parameters(subject: CheckContext) -> dict[str, Field]:
    """Name -> parameter, of those that count under the subject's variants."""
    root = subject.api.root
    taken = _find_signature_parameters(subject)
    taken |= set(root.secrets) | (
        {root.routing.action.parameter, root.routing.action.header} if root.routing.action else set()
    )
    lower = {name.lower() for name in taken}
    signed = {
        name for scheme in subject.operation.schemes for name in SCHEMES[scheme.extension.scheme].required_parameters
    }
    fields = [field for field in subject.operation.fields if field.is_active(subject.variants)]
    # what a proof is made of means nothing besides, unless the document lists its values
    fields = [field for field in fields if field.name not in signed or "enum" in field.schema]
    return {
        field.name: field for field in fields if _can_be_changed(subject, field) and field.name.lower() not in lower
    }


def _can_be_changed(subject: CheckContext, field: Field) -> bool:
    """Return whether a value can be another one: of files, and of bodies that are not JSON, nothing is known."""
    return field.location != "file" and (field.location != "body" or is_json(subject.operation.body_media_type))


def _find_signature_parameters(subject: CheckContext) -> set[str]:
    """What a signature adds to a request, whichever scheme it is of."""
    plain = {name: value for name, value in subject.build_values().items() if name not in subject.account}
    request = build_request(subject.operation, plain, subject.target.url)
    before = parse_parameters(request).keys()
    signed = [subject.sign_request(request, scheme) for scheme in subject.operation.schemes]
    return {name for each in signed for name in parse_parameters(each).keys() - before}
