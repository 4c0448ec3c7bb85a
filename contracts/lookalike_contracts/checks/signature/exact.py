"""Only the signature itself counts: nothing that looks like it, and nothing that was signed another way."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from random import Random
from typing import Final

from lookalike_specs.proof import any_case
from lookalike_specs.wire import Request

from ...finding import Broken
from ...registry import probe
from ...subject import Subject
from .anatomy import Word
from .parts import changed, part
from .signer import Signer
from .trial import Trial, accepted, refused
from .which import SOURCE, has_words, having, signers, signs

HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
Spell = Callable[[str, Random], str]


@probe(
    "signature/exact",
    says="A signature in another case or encoding, longer or shorter, is refused.",
    why="What is compared in part, or after being mended, can be guessed in part.",
    how="Compare the whole text that was sent with the whole text that it should be, in constant time.",
    source=SOURCE,
    applies=having(signs),
)
def exact(subject: Subject) -> Iterator[Broken]:
    """Of the right signature: its case, its encoding, a part of it, more than it, and a letter changed."""
    for signer in signers(subject, signs):
        yield from refused(signer, exact_trials(signer))
        if any_case(signer.subject.variants):
            told, make = "with its signature in lower case", partial(_cased, signer)
            yield from accepted(signer, [Trial(told, make)])


@probe(
    "signature/algorithm",
    says="A request that names another algorithm or version of signing is refused.",
    why="Who takes the name for granted can be made to verify something weaker.",
    how="Refuse what names anything but the algorithm and the version that the document has.",
    source=SOURCE,
    applies=having(has_words),
)
def algorithm(subject: Subject) -> Iterator[Broken]:
    """A name that nobody knows, signed with it."""
    for signer in signers(subject, has_words):
        yield from refused(signer, word_trials(signer))


def exact_trials(signer: Signer) -> Iterator[Trial]:
    """Each spelling of the signature that is not the signature."""
    right = signer.shown(signer.signed())
    for told, spell in SPELLINGS.items():
        other = spell(right, signer.dice)
        if other != right and not (any_case(signer.subject.variants) and other.lower() == right.lower()):
            yield Trial(f"with its signature {told}", partial(_spelt, signer, spell))


def word_trials(signer: Signer) -> Iterator[Trial]:
    """Each word that says how it was signed, another one."""
    for word in signer.anatomy.words:
        told, make = f"that names the {word.kind} {word.wrong}", partial(_worded, signer, word)
        yield Trial(told, make, word.kind, signer.errors(word.kind))


def _raw(signature: str) -> bytes:
    return bytes.fromhex(signature) if HEX.fullmatch(signature) else b64decode(signature)


def _with_another_letter(signature: str, dice: Random) -> str:
    at = dice.randrange(len(signature) - 1)
    other = next(letter for letter in "AB" if letter != signature[at].upper())
    return signature[:at] + other + signature[at + 1 :]


SPELLINGS: Final[Mapping[str, Spell]] = {
    "in another case": lambda signature, _: signature.swapcase(),
    "in hexadecimal": lambda signature, _: _raw(signature).hex(),
    "in Base64": lambda signature, _: b64encode(_raw(signature)).decode(),
    "without its last letter": lambda signature, _: signature[:-1],
    "cut in half": lambda signature, _: signature[: len(signature) // 2],
    "cut after eight letters": lambda signature, _: signature[:8],
    "padded": lambda signature, _: f"{signature}=",
    "twice in one": lambda signature, _: signature * 2,
    "with one letter changed": _with_another_letter,
}


def _spelt(signer: Signer, spell: Spell) -> Request:
    made = signer.signed()
    return signer.bearing(made, spell(signer.shown(made), signer.dice))


def _cased(signer: Signer) -> Request:
    made = signer.signed()
    return signer.bearing(made, signer.shown(made).lower())


def _worded(signer: Signer, word: Word) -> Request:
    made = signer.signed()
    found = part(made, word.name)
    if found is None:
        return made
    other = changed(made, found, found.value.replace(word.right, word.wrong))
    # of a name in front of the signature nothing can be made: its own stays, which is right but for the name
    return signer.resigned(other) if signer.made_of(other) else other
