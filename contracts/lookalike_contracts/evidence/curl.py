"""Requests as lines for a shell, with variables of the environment in place of credentials."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from shlex import quote

from lookalike_specs.proof import PROOFS, credential

from .environment import variable
from .known import COVERED, Known
from .parts import Parts, short
from .repeat import Proof
from .text import escaped

AGAIN = "# *** covers the signature; the Python snippet signs anew"
SHORTENED = "# shortened: the request is longer than a line should be"


def lines(requests: Sequence[Known]) -> str:
    """A line for each request, numbered where there are several."""
    several = len(requests) > 1
    repeated = {known.same for known in requests if known.same}
    return "\n".join(
        (f"# {at} of {len(requests)}\n" if several else "") + _line(known, at, at in repeated)
        for at, known in enumerate(requests, 1)
    )


def _line(known: Known, at: int, repeated: bool) -> str:
    """The request; where it is signed, a line that signs it anew each time it is pasted."""
    if known.proof is None or known.values is None:
        return _plain(known)
    if known.same:
        return f'eval "$line{known.same}"  # the same bytes once more'
    made = _signing(known, known.proof)
    return f'line{at}="$({made})"; eval "$line{at}"' if repeated else f'eval "$({made})"'


def _signing(known: Known, proof: Proof) -> str:
    scheme, api = proof.scheme, known.api.id
    options = {"--scheme": scheme.name, "--method": known.request.method, "--path": known.operation.template}
    options |= {"--url": known.base, "--nonce": proof.moment.nonce} if known.same else {"--url": known.base}
    if not proof.is_of_now:
        options["--timestamp"] = proof.moment.timestamp
    words = [f"{name} {quote(value)}" for name, value in options.items()]
    names = {"--key": credential(scheme), "--secret": PROOFS[scheme.extension.scheme].secret}
    # `lookalike sign` has the demo account's by itself
    if any(known.account[name] != known.api.account.get(name) for name in names.values()):
        words += [f'{option} "${variable(api, name)}"' for option, name in names.items()]
    values = [known.parts(f"{name}={text}") for name, text in (known.values or {}).items()]
    return " ".join(["lookalike sign", api, *words, *map(_shell, values), "--output curl"])


def _plain(known: Known) -> str:
    """The request itself."""
    url, *headers, body = _texts(known)
    (url, *headers, body), cut = short((url, *headers, body))
    words = ["curl -s"]
    if known.request.method != ("POST" if known.request.body else "GET"):
        words.append(f"-X {quote(known.request.method)}")
    words += [f"-H {_shell(header)}" for header in headers]
    before = ""
    if any(_is_unseen(part.text) for part in body):
        before, word = _printf(body), "--data-binary @-"
        words.append(word)
    elif body:
        words.append(f"--data-raw {_shell(body)}")
    line = before + " ".join([*words, _shell(url)])
    return "\n".join([*_notes(known, line, cut), line])


def _texts(known: Known) -> Iterator[Parts]:
    yield known.parts(known.url)
    for name, value in known.headers:
        # without a value, a colon would leave the header out
        yield known.parts(name + b": " + value if value else name + b";")
    yield known.parts(known.request.body)


def _notes(known: Known, line: str, cut: bool) -> Iterator[str]:
    if cut:
        yield SHORTENED
    if "***" in line:
        yield AGAIN if known.proof else COVERED


def _shell(parts: Parts) -> str:
    return "".join(f'"${part.variable}"' if part.variable else quote(escaped(part.text)) for part in parts) or "''"


def _is_unseen(text: str) -> bool:
    """Whether a terminal would not show it, or a copied line not hold it."""
    return any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") and letter != "\n" for letter in text)


def _printf(parts: Parts) -> str:
    """What writes the body, byte for byte."""
    form = "".join("%s" if part.variable else "".join(map(_octal, part.text)) for part in parts)
    return " ".join(["printf", quote(form), *(f'"${part.variable}"' for part in parts if part.variable)]) + " | "


def _octal(letter: str) -> str:
    if letter in "%\\":
        return letter * 2
    if _is_unseen(letter) or letter == "\n":
        return "".join(f"\\{byte:03o}" for byte in letter.encode("utf-8", "surrogateescape"))
    return letter
