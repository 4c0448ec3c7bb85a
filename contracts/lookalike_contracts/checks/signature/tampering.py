"""Nothing may be changed after it was signed: each part in turn, edits that are drawn, and the body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_request

from ...context import CheckContext
from ...finding import Exchange, Failure
from ...generation.mutation import get_mutator
from ...registry import active_check
from .applicability import SOURCE, has_body, has_parameters, has_signature, require_signer, select_signers
from .case import SignatureCase, build_wrong_refusal, check_refused, is_refusal
from .request_edit import RequestPart, add_part, find_part, list_parts, remove_part, replace_value
from .signer import Signer

# of each edit, made before signing and after
CASES_PER_EDIT: Final = 2
# of an optional parameter, until one of them is not refused for itself
VALUES_PER_PARAMETER: Final = 3
EXTRA_PARAMETER: Final = "joined by another"
TEXTS: Final = ("", "0", "1", "a", "A", " ", "中文", "a&b=c", "+", "%41", "~*", "0" * 200)
# a parameter that no operation knows
NOTE: Final = "note"
EditFunction = Callable[[Request, RequestPart, str], Request]


class Tampering(NamedTuple):
    """A case that Hypothesis draws: which edit, of which part, with which text, before or after signing."""

    edit: str
    part_index: int
    text: str
    is_after_signing: bool


@active_check(
    "signature/unsigned",
    summary="Every parameter, and every signed header, is covered by the signature.",
    rationale="A parameter that is not signed can be changed by anybody between client and server.",
    remediation="Compute the signature of all that was sent, and leave out nothing but the signature itself.",
    source=SOURCE,
    applies=require_signer(has_signature),
)
def unsigned_parts(context: CheckContext) -> Iterator[Failure]:
    """Give each part in turn the signature of a request that has another value there, or nothing.

    Parts are those of the plain request, parameters that nobody knows, and each optional parameter of the document.
    """
    for signer in select_signers(context, has_signature):
        yield from check_refused(signer, generate_unsigned_cases(signer), every=True)
        for name, values in _list_optional_values(signer).items():
            yield from _check_optional_parameter(signer, name, values)


@active_check(
    "signature/changed",
    summary="Parameters that were changed, added, dropped, renamed, doubled or exchanged after signing are refused.",
    rationale="That is what a signature is for.",
    remediation="Compute the signature of what arrived, and of nothing else.",
    source=SOURCE,
    applies=require_signer(has_parameters),
)
def tampered_parameters(context: CheckContext) -> Iterator[Failure]:
    """Draw edits. The signature computed of what was sent tells whether the server has to notice them."""
    for signer in select_signers(context, has_parameters):
        failure = _find_tampering(signer)
        if failure is not None:
            yield failure


def _find_tampering(signer: Signer) -> Failure | None:
    for edit, is_after_signing in product(EDITS, (True, False)):
        cases = _tamperings(edit, is_after_signing)
        failure = signer.context.falsify(cases, partial(_check_tampering, signer), CASES_PER_EDIT)
        if failure is not None:
            return failure
    return None


@active_check(
    "signature/body",
    summary="A body that is not the one that was signed is refused.",
    rationale="Where a digest is signed in place of the body, the server has to compare the two.",
    remediation="Compute the digest of the body that arrived, and compare it with the one that was signed.",
    source=SOURCE,
    applies=require_signer(has_body),
)
def tampered_body(context: CheckContext) -> Iterator[Failure]:
    """Send bodies with less in them than was signed, and with more, and leave the digest as it was."""
    for signer in select_signers(context, has_body):
        yield from check_refused(signer, generate_body_cases(signer))


def generate_unsigned_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield a request for each signed part, signed with another value there and without it; and one with a part more.

    Not everything is signed: a header such as `user-agent` is not. A request whose signature is still valid is right,
    and no case.
    """
    for part in list_parts(signer.sign(signer.with_extra)):
        if part.name == signer.signature_name:
            continue
        for description, edit in (("another value", "changed"), ("none", "dropped")):
            tampering = Tampering(edit, 0, _alter_value(part.value), is_after_signing=False)
            make_request = partial(_tamper_request, signer, tampering, part)
            if not signer.has_valid_signature(make_request()):
                pointer = f"/{part.location}/{part.name}"
                yield SignatureCase(f"that was signed with {description} of {part.name}", make_request, pointer=pointer)
    for location in signer.locations:
        make_request = partial(_add_after_signing, signer, RequestPart(location, NOTE, "1"))
        if not signer.has_valid_signature(make_request()):
            pointer = f"/{location}/{NOTE}"
            yield SignatureCase(f"with a parameter more in its {location}", make_request, pointer=pointer)


def _list_optional_values(signer: Signer) -> dict[str, list[Any]]:
    """Return good values of each documented parameter that the plain request does not have, the spec's example first."""
    values: dict[str, list[Any]] = {}
    for name, pool in get_mutator(signer.context).value_pools.items():
        if name not in signer.values:
            good = [value.value for value in pool if value.is_unambiguous and not value.violated_keywords]
            values[name] = [value for value in good if value is not None][:VALUES_PER_PARAMETER]
    return values


def _check_optional_parameter(signer: Signer, name: str, values: list[Any]) -> Iterator[Failure]:
    """Yield the failure of a parameter that is not signed.

    A server may refuse the first value for another reason than its signature: of a picture's URL it may know that nothing
    is there. Only a refusal for the signature tells that it is covered, so until then the next value is tried.
    """
    for value in values:
        is_refused = False
        for case in _generate_optional_cases(signer, name, value):
            response = signer.context.send(case.make_request()).response
            if signer.context.classifier.is_good(response):
                yield from check_refused(signer, [case])
                return
            is_refused = is_refused or is_refusal(signer, response)
        if is_refused:
            return


def _generate_optional_cases(signer: Signer, name: str, value: Any) -> Iterator[SignatureCase]:
    """Yield the plain request with a parameter more, whose signature is that of another value of it, and of none."""
    base = build_request(signer.context.operation, {**signer.values, name: value}, signer.context.target.url)
    part = next((part for part in list_parts(base) if part.name in (name, name.lower())), None)
    # nothing of a JSON body is signed one by one
    if part is None:
        return
    for description, edit in (("another value", "changed"), ("none", "dropped")):
        tampering = Tampering(edit, 0, _alter_value(part.value), is_after_signing=False)
        make_request = partial(_tamper_base, signer, base, tampering, part.name)
        if not signer.has_valid_signature(make_request()):
            pointer = f"/{part.location}/{part.name}"
            yield SignatureCase(f"that was signed with {description} of {name}", make_request, pointer=pointer)


def _tamper_base(signer: Signer, base: Request, tampering: Tampering, name: str) -> Request:
    # signed anew for each request: another nonce, and perhaps another place of the part
    signed = signer.sign(base)
    part = find_part(signed, name)
    if part is None:
        return signed
    edited = EDITS[tampering.edit](signed, part, tampering.text)
    return signer.replace_signature(signed, signer.compute_signature(edited))


def generate_body_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield requests whose body was changed after signing, with the digest as it was."""
    if not has_body(signer):
        return
    errors = signer.get_errors("body-digest") or signer.get_errors("mismatch")
    less = partial(_remove_after_signing, signer)
    yield SignatureCase("with less in its body than was signed", less, "body-digest", errors)
    more = partial(_add_after_signing, signer, RequestPart("form", NOTE, "1"))
    yield SignatureCase("with more in its body than was signed", more, "body-digest", errors)


def _tamperings(edit: str, is_after_signing: bool) -> st.SearchStrategy[Tampering]:
    return st.builds(Tampering, st.just(edit), st.integers(0, 30), st.sampled_from(TEXTS), st.just(is_after_signing))


def _check_tampering(signer: Signer, tampering: Tampering) -> Failure | None:
    """Return the failure of an edit that is not noticed, or of a request that is refused though it is right."""
    parts = [
        part
        for part in list_parts(_get_base_request(signer, tampering.edit))
        if part.location != "header" and part.name != signer.signature_name
    ]
    # a JSON body has no parts, so that a request without a query has nothing to be edited one by one
    if not parts:
        return None
    part = parts[tampering.part_index % len(parts)]
    request = _tamper_request(signer, tampering, part)
    exchange = signer.context.send(request)
    time = "after" if tampering.is_after_signing else "before"
    description = f"with {part.name} {tampering.edit} {time} it was signed"
    # an edit can change nothing: two values that are the same, exchanged
    if signer.has_valid_signature(request):
        return _check_valid_request(signer, description, exchange)
    if signer.context.classifier.is_good(exchange.response):
        pointer = f"/{part.location}/{part.name}"
        return Failure(f"a request {description} is accepted", pointer, signer.locate_rule(), (exchange,))
    return None


def _check_valid_request(signer: Signer, description: str, exchange: Exchange) -> Failure | None:
    if not is_refusal(signer, exchange.response):
        return None
    plain = signer.context.send(signer.sign())
    if is_refusal(signer, plain.response):
        return None
    return build_wrong_refusal(signer, description, exchange)


def _tamper_request(signer: Signer, tampering: Tampering, part: RequestPart) -> Request:
    """Return a request with the signature of another: the edit is in the one that is sent, or in the one signed."""
    base = _get_base_request(signer, tampering.edit)
    edited = EDITS[tampering.edit](base, part, tampering.text)
    if tampering.is_after_signing:
        return edited
    return signer.replace_signature(base, signer.compute_signature(edited))


def _get_base_request(signer: Signer, edit: str) -> Request:
    """Return the request that is edited.

    It has parameters that no operation knows, for a server may look only at those that it knows. When the edit adds
    such a parameter, the request has no others: a server that leaves them out of its signature would refuse the
    request for those, and the one that was added would go unnoticed.
    """
    if edit == EXTRA_PARAMETER:
        return signer.sign(signer.minimal)
    return signer.sign(signer.with_extra)


def _add_after_signing(signer: Signer, part: RequestPart) -> Request:
    return add_part(signer.sign(), part)


def _remove_after_signing(signer: Signer) -> Request:
    """Return the minimal request with the signature of one that had a parameter more."""
    extra = RequestPart("form", NOTE, "1")
    request = signer.sign(add_part(signer.minimal, extra))
    added = next(part for part in list_parts(request) if part[:3] == extra[:3])
    return remove_part(request, added)


def _alter_value(value: str) -> str:
    """Return another value of the same kind, so that the signature is all that is wrong with the request."""
    if value.isdecimal():
        return str(int(value) + 1)
    return {"true": "false", "false": "true"}.get(value, f"{value}0")


def _drop_part(request: Request, part: RequestPart, _: str) -> Request:
    return remove_part(request, part)


def _add_note(request: Request, part: RequestPart, text: str) -> Request:
    return add_part(request, RequestPart(part.location, NOTE, text))


def _duplicate_part(request: Request, part: RequestPart, text: str) -> Request:
    return add_part(request, part._replace(value=text))


def _rename_part(request: Request, part: RequestPart, _: str) -> Request:
    return add_part(remove_part(request, part), part._replace(name=f"{part.name}_"))


def _swap_values(request: Request, part: RequestPart, _: str) -> Request:
    others = [other for other in list_parts(request) if other.location == part.location and other.name != part.name]
    if not others:
        return request
    other = others[0]
    return replace_value(replace_value(request, part, other.value), other, part.value)


EDITS: Final[Mapping[str, EditFunction]] = {
    "changed": replace_value,
    "dropped": _drop_part,
    EXTRA_PARAMETER: _add_note,
    "doubled": _duplicate_part,
    "renamed": _rename_part,
    "exchanged": _swap_values,
}
