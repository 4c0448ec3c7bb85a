"""Which parameters of an operation may be anything: those that prove nothing, nor say which operation is meant."""

from __future__ import annotations

from lookalike_specs import Field
from lookalike_specs.proof import PROOFS
from lookalike_specs.sample import build

from ..subject import Subject
from .sent import sent


def free(subject: Subject) -> dict[str, Field]:
    """Name -> parameter, of those that count under the subject's variants."""
    root, taken = subject.api.root, _brought(subject)
    taken |= set(root.secrets) | (
        {root.routing.action.parameter, root.routing.action.header} if root.routing.action else set()
    )
    lower = {name.lower() for name in taken}
    signed = {name for scheme in subject.operation.schemes for name in PROOFS[scheme.extension.scheme].needs}
    fields = [field for field in subject.operation.fields if field.counts(subject.variants)]
    # what a proof is made of means nothing besides, unless the document lists its values
    fields = [field for field in fields if field.name not in signed or "enum" in field.schema]
    return {field.name: field for field in fields if field.place != "file" and field.name.lower() not in lower}


def _brought(subject: Subject) -> set[str]:
    """What a signature adds to a request, whichever scheme it is of."""
    plain = {name: value for name, value in subject.values().items() if name not in subject.account}
    request = build(subject.operation, plain, subject.target.url)
    before = sent(request).keys()
    signed = [subject.proven(request, scheme) for scheme in subject.operation.schemes]
    return {name for each in signed for name in sent(each).keys() - before}
