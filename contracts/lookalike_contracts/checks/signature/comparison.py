"""Only the signature itself is accepted: nothing that looks like it, and nothing that was signed another way."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from random import Random
from typing import Final

from lookalike_specs.messages import Request
from lookalike_specs.signing import FixedField
from lookalike_specs.signing.sign import accepts_any_case

from ...context import CheckContext
from ...finding import Failure
from ...registry import active_check
from .applicability import SOURCE, has_scheme_fields, has_signature, require_signer, select_signers
from .case import SignatureCase, check_accepted, check_refused
from .request_edit import find_part, replace_value
from .signer import Signer

HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
Spelling = Callable[[str, Random], str]


@active_check(
    "signature/exact",
    summary="A signature in another case or encoding, longer or shorter, is refused.",
    rationale="A signature that is compared in part, or corrected before it is compared, can be guessed in part.",
    remediation="Compare the whole text that was sent with the whole text that it should be, in constant time.",
    source=SOURCE,
    applies=require_signer(has_signature),
)
def exact_signature(context: CheckContext) -> Iterator[Failure]:
    """Change the right signature: its case, its encoding, its length, one letter."""
    for signer in select_signers(context, has_signature):
        yield from check_refused(signer, generate_spelling_cases(signer))
        if accepts_any_case(context.variants):
            case = SignatureCase("with its signature in lower case", partial(_lowercase_signature, signer))
            yield from check_accepted(signer, [case])


@active_check(
    "signature/algorithm",
    summary="A request that names another algorithm or version of signing is refused.",
    rationale="A server that takes any name can be made to verify something weaker.",
    remediation="Refuse every name but the algorithm and the version that the document has.",
    source=SOURCE,
    applies=require_signer(has_scheme_fields),
)
def named_algorithm(context: CheckContext) -> Iterator[Failure]:
    """Sign requests with a name that nobody knows."""
    for signer in select_signers(context, has_scheme_fields):
        yield from check_refused(signer, generate_scheme_field_cases(signer))


def generate_spelling_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield each spelling of the signature that is not the signature."""
    signature = signer.read_signature(signer.sign())
    ignores_case = accepts_any_case(signer.context.variants)
    for description, spell in SPELLINGS.items():
        other = spell(signature, signer.rng)
        # a digest without letters has no other case
        if other == signature or (ignores_case and other.lower() == signature.lower()):
            continue
        yield SignatureCase(f"with its signature {description}", partial(_respell_signature, signer, spell))


def generate_scheme_field_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield a request for each field that names how it was signed, with another name in it."""
    for field in signer.record.fixed_fields:
        description = f"that names the {field.refusal} {field.invalid_value}"
        make_request = partial(_change_scheme_field, signer, field)
        yield SignatureCase(description, make_request, field.refusal, signer.get_errors(field.refusal))


def _decode_signature(signature: str) -> bytes:
    if HEX.fullmatch(signature):
        return bytes.fromhex(signature)
    return b64decode(signature)


def _change_one_letter(signature: str, rng: Random) -> str:
    # not the last letter: two of Base64's can stand for the same bits there
    index = rng.randrange(len(signature) - 1)
    other = "B" if signature[index].upper() == "A" else "A"
    return signature[:index] + other + signature[index + 1 :]


SPELLINGS: Final[Mapping[str, Spelling]] = {
    "in another case": lambda signature, _: signature.swapcase(),
    "in hexadecimal": lambda signature, _: _decode_signature(signature).hex(),
    "in Base64": lambda signature, _: b64encode(_decode_signature(signature)).decode(),
    "without its last letter": lambda signature, _: signature[:-1],
    "cut in half": lambda signature, _: signature[: len(signature) // 2],
    "cut after eight letters": lambda signature, _: signature[:8],
    "padded": lambda signature, _: f"{signature}=",
    "twice in one": lambda signature, _: signature * 2,
    "with one letter changed": _change_one_letter,
}


def _respell_signature(signer: Signer, spell: Spelling) -> Request:
    request = signer.sign()
    return signer.replace_signature(request, spell(signer.read_signature(request), signer.rng))


def _lowercase_signature(signer: Signer) -> Request:
    request = signer.sign()
    return signer.replace_signature(request, signer.read_signature(request).lower())


def _change_scheme_field(signer: Signer, field: FixedField) -> Request:
    request = signer.sign()
    part = find_part(request, field.name)
    if part is None:
        return request
    changed = replace_value(request, part, part.value.replace(field.value, field.invalid_value))
    # a name in front of the signature (`ACS3-HMAC-MD5 Signature=…`) is not signed, and no signature can be computed
    # for it: then the request keeps its own, which is right but for the name
    if signer.compute_signature(changed):
        return signer.update_signature(changed)
    return changed
