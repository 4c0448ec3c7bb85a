"""Only the signature itself counts: nothing that looks like it, and nothing that was signed another way."""

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
    rationale="What is compared in part, or after being mended, can be guessed in part.",
    remediation="Compare the whole text that was sent with the whole text that it should be, in constant time.",
    source=SOURCE,
    applies=require_signer(has_signature),
)
def exact_signature(subject: CheckContext) -> Iterator[Failure]:
    """Of the right signature: its case, its encoding, a part of it, more than it, and a letter changed."""
    for signer in select_signers(subject, has_signature):
        yield from check_refused(signer, generate_spelling_cases(signer))
        if accepts_any_case(signer.context.variants):
            told = "with its signature in lower case"
            make = partial(_lowercase_signature, signer)
            yield from check_accepted(signer, [SignatureCase(told, make)])


@active_check(
    "signature/algorithm",
    summary="A request that names another algorithm or version of signing is refused.",
    rationale="Who takes the name for granted can be made to verify something weaker.",
    remediation="Refuse what names anything but the algorithm and the version that the document has.",
    source=SOURCE,
    applies=require_signer(has_scheme_fields),
)
def named_algorithm(subject: CheckContext) -> Iterator[Failure]:
    """A name that nobody knows, signed with it."""
    for signer in select_signers(subject, has_scheme_fields):
        yield from check_refused(signer, generate_scheme_field_cases(signer))


def generate_spelling_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Each spelling of the signature that is not the signature."""
    right = signer.read_signature(signer.sign())
    for told, spell in SPELLINGS.items():
        other = spell(right, signer.rng)
        if other != right and not (accepts_any_case(signer.context.variants) and other.lower() == right.lower()):
            yield SignatureCase(f"with its signature {told}", partial(_respell_signature, signer, spell))


def generate_scheme_field_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Each word that says how it was signed, another one."""
    for word in signer.record.fixed_fields:
        told = f"that names the {word.refusal} {word.invalid_value}"
        make = partial(_change_scheme_field, signer, word)
        yield SignatureCase(told, make, word.refusal, signer.get_errors(word.refusal))


def _decode_signature(signature: str) -> bytes:
    return bytes.fromhex(signature) if HEX.fullmatch(signature) else b64decode(signature)


def _change_one_letter(signature: str, dice: Random) -> str:
    at = dice.randrange(len(signature) - 1)
    other = next(letter for letter in "AB" if letter != signature[at].upper())
    return signature[:at] + other + signature[at + 1 :]


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
    made = signer.sign()
    return signer.replace_signature(made, spell(signer.read_signature(made), signer.rng))


def _lowercase_signature(signer: Signer) -> Request:
    made = signer.sign()
    return signer.replace_signature(made, signer.read_signature(made).lower())


def _change_scheme_field(signer: Signer, word: FixedField) -> Request:
    made = signer.sign()
    found = find_part(made, word.name)
    if found is None:
        return made
    other = replace_value(made, found, found.value.replace(word.value, word.invalid_value))
    # of a name in front of the signature nothing can be made: its own stays, which is right but for the name
    return signer.update_signature(other) if signer.compute_signature(other) else other
