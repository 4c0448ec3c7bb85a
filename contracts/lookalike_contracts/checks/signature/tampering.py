"""Nothing may be changed after it was signed: each part in turn, what is drawn, and the body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice, product
from typing import Final, NamedTuple

from hypothesis import strategies as st

from lookalike_specs.messages import Request

from ...context import CheckContext
from ...finding import Failure
from ...registry import active_check
from .applicability import SOURCE, has_body, has_parameters, has_signature, require_signer, select_signers
from .case import SignatureCase, build_wrong_refusal, check_refused, is_refusal
from .request_edit import RequestPart, add_part, list_parts, remove_part, replace_value
from .signer import Signer

# of each way, before and after
CASES_PER_EDIT: Final = 2
EXTRA_PARAMETER: Final = "joined by another"
TEXTS: Final = ("", "0", "1", "a", "A", " ", "中文", "a&b=c", "+", "%41", "~*", "0" * 200)


class Tampering(NamedTuple):
    """What is drawn: what is done, to which part, with which text; before it was signed, or after."""

    edit: str
    part_index: int
    text: str
    is_after_signing: bool


@active_check(
    "signature/unsigned",
    summary="No parameter, and no header that is signed, can be had another way than it was signed.",
    rationale="A parameter that is not signed can be changed by whoever stands in between.",
    remediation="Make the signature of all that was sent; leave out nothing but the signature itself.",
    source=SOURCE,
    applies=require_signer(has_signature),
)
def unsigned_parts(subject: CheckContext) -> Iterator[Failure]:
    """Each part in turn: a good request with the signature of one that has another value there, or nothing."""
    for signer in select_signers(subject, has_signature):
        yield from check_refused(signer, generate_unsigned_cases(signer), every=True)


@active_check(
    "signature/changed",
    summary="Parameters that were changed, added, dropped, renamed, doubled or exchanged after signing are refused.",
    rationale="That is what a signature is for.",
    remediation="Make the signature of what came over the wire, and of nothing else.",
    source=SOURCE,
    applies=require_signer(has_parameters),
)
def tampered_parameters(subject: CheckContext) -> Iterator[Failure]:
    """Drawn changes; the signature made anew of what was sent tells whether they have to be noticed."""
    for signer in select_signers(subject, has_parameters):
        held = (
            subject.falsify(_tamperings(*how), partial(_check_tampering, signer), CASES_PER_EDIT)
            for how in product(EDITS, (True, False))
        )
        yield from islice(filter(None, held), 1)


@active_check(
    "signature/body",
    summary="A body that is not the one that was signed is refused.",
    rationale="Where a digest stands for the body, somebody has to compare the two.",
    remediation="Make the digest of the body that came, and compare it with the one that was signed.",
    source=SOURCE,
    applies=require_signer(has_body),
)
def tampered_body(subject: CheckContext) -> Iterator[Failure]:
    """A body with less in it than was signed, or more, and with its digest as it was."""
    for signer in select_signers(subject, has_body):
        yield from check_refused(signer, generate_body_cases(signer))


def generate_unsigned_cases(signer: Signer) -> Iterator[SignatureCase]:
    """For each part that is signed: another value, nothing; and a parameter more."""
    model = signer.sign(signer.with_extra)
    for found in list_parts(model):
        if found.name == signer.signature_name:
            continue
        for told, way in (("another value", "changed"), ("none", "dropped")):
            make = partial(_tamper_request, signer, Tampering(way, 0, _alter_value(found.value), False), found)
            if not signer.has_valid_signature(make()):
                where = f"/{found.location}/{found.name}"
                yield SignatureCase(f"that was signed with {told} of {found.name}", make, pointer=where)
    for place in signer.locations:
        more = RequestPart(place, "note", "1")
        make = partial(_add_after_signing, signer, more)
        if not signer.has_valid_signature(make()):
            yield SignatureCase(f"with a parameter more in its {place}", make, pointer=f"/{place}/note")


def generate_body_cases(signer: Signer) -> Iterator[SignatureCase]:
    """With its digest as it was."""
    if not has_body(signer):
        return
    yield SignatureCase(
        "with less in its body than was signed",
        partial(_remove_after_signing, signer),
        "body-digest",
        _get_digest_errors(signer),
    )
    more = RequestPart("form", "note", "1")
    yield SignatureCase(
        "with more in its body than was signed",
        partial(_add_after_signing, signer, more),
        "body-digest",
        _get_digest_errors(signer),
    )


def _tamperings(way: str, after: bool) -> st.SearchStrategy[Tampering]:
    return st.builds(Tampering, st.just(way), st.integers(0, 30), st.sampled_from(TEXTS), st.just(after))


def _check_tampering(signer: Signer, drawn: Tampering) -> Failure | None:
    """A change that is not noticed, or one of nothing that is refused."""
    model = _get_base_request(signer, drawn.edit)
    free = [each for each in list_parts(model) if each.location != "header" and each.name != signer.signature_name]
    found = free[drawn.part_index % len(free)]
    request = _tamper_request(signer, drawn, found)
    right = signer.has_valid_signature(request)
    exchange = signer.context.send(request)
    told = f"with {found.name} {drawn.edit} {'after' if drawn.is_after_signing else 'before'} it was signed"
    if not right and signer.context.classifier.is_good(exchange.response):
        return Failure(
            f"a request {told} is accepted", f"/{found.location}/{found.name}", signer.locate_rule(), (exchange,)
        )
    if right and is_refusal(signer, exchange.response):
        plain = signer.context.send(signer.sign())
        return None if is_refusal(signer, plain.response) else build_wrong_refusal(signer, told, exchange)
    return None


def _tamper_request(signer: Signer, drawn: Tampering, found: RequestPart) -> Request:
    """A request with the signature of another: the change is in the one that is sent, or in the one that was signed."""
    model = _get_base_request(signer, drawn.edit)
    other = EDITS[drawn.edit](model, found, drawn.text)
    return other if drawn.is_after_signing else signer.replace_signature(model, signer.compute_signature(other))


def _get_base_request(signer: Signer, way: str) -> Request:
    """What is changed; a parameter more is the only one that nobody knows, or the others would be missed too."""
    return signer.sign(signer.minimal if way == EXTRA_PARAMETER else signer.with_extra)


def _add_after_signing(signer: Signer, more: RequestPart) -> Request:
    return add_part(signer.sign(), more)


def _remove_after_signing(signer: Signer) -> Request:
    """What is sent is the plain request; one parameter more was signed."""
    more = RequestPart("form", "note", "1")
    made = signer.sign(add_part(signer.minimal, more))
    found = next(each for each in list_parts(made) if each[:3] == more[:3])
    return remove_part(made, found)


def _get_digest_errors(signer: Signer) -> frozenset[str]:
    return signer.get_errors("body-digest") or signer.get_errors("mismatch")


def _alter_value(value: str) -> str:
    """Another value of the same kind."""
    if value.isdecimal():
        return str(int(value) + 1)
    return {"true": "false", "false": "true"}.get(value, f"{value}0")


def _duplicate_part(request: Request, found: RequestPart, text: str) -> Request:
    return add_part(request, found._replace(value=text))


def _rename_part(request: Request, found: RequestPart, _: str) -> Request:
    return add_part(remove_part(request, found), found._replace(name=f"{found.name}_"))


def _swap_values(request: Request, found: RequestPart, _: str) -> Request:
    """Two of them with each other's values."""
    others = [each for each in list_parts(request) if each.location == found.location and each.name != found.name]
    if not others:
        return request
    return replace_value(replace_value(request, found, others[0].value), others[0], found.value)


EDITS: Final[Mapping[str, Callable[[Request, RequestPart, str], Request]]] = {
    "changed": replace_value,
    "dropped": lambda request, found, _: remove_part(request, found),
    EXTRA_PARAMETER: lambda request, found, text: add_part(request, RequestPart(found.location, "note", text)),
    "doubled": _duplicate_part,
    "renamed": _rename_part,
    "exchanged": _swap_values,
}
