"""What is held of a client whose server is slow for ever, has no end, sends it elsewhere, or is not who it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lookalike_specs.provenance import Source
from lookalike_specs.redaction import Redactor
from lookalike_specs.signing import SCHEMES

from .case import MAX_ENDLESS_MEBIBYTES, SLOW_SCRIPTS, UNKNOWN_CA, ClientOutcome
from .checks import RECORDED
from .registry import ClientFinding, client_check

# seconds after the deadline: a client needs a moment to give up, and a busy machine another
DEADLINE_TOLERANCE: Final = 1.0
# shorter is no key: `1` would be found in every request
MIN_KEY_LENGTH: Final = 6
NO_BOUND: Final = Source(
    "inferred", "no answer of these APIs has a hundredth of that, and whoever takes all of it runs out of memory"
)
CERTIFICATES: Final = Source(
    "documented", "RFC 9110, 4.3.4: a client must verify the certificate, and end the connection where it cannot"
)


@client_check(
    "wire/deadline",
    summary="The client keeps the task's timeout, although a byte comes now and then.",
    rationale="A timeout for each read never ends a call whose answer comes byte by byte.",
    remediation="Give the whole call a deadline, such as `asyncio.timeout` or `AbortSignal.timeout`, and not each read.",
    since=1,
    is_timed=True,
)
def check_deadline(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Compare how long the task took with its timeout."""
    if outcome.case.script not in SLOW_SCRIPTS:
        return
    if outcome.problem == "hang" or outcome.seconds > outcome.timeout + DEADLINE_TOLERANCE:
        message = f"{outcome.case.script}: the client had {outcome.timeout:g} s, and went on reading"
        yield ClientFinding(message, RECORDED)


@client_check(
    "wire/bounded",
    summary="The client stops reading a body that has no end.",
    rationale="A broken server, or a bad one, otherwise fills the memory of whoever asks it.",
    remediation="Read the body in pieces, and give up where it is longer than any answer can be.",
    since=1,
)
def check_bound(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look whether the client took all that the server was ready to send."""
    if outcome.wire.is_drained:
        message = f"the client read {MAX_ENDLESS_MEBIBYTES} MiB of a body without end, and did not stop by itself"
        yield ClientFinding(message, NO_BOUND)


@client_check(
    "wire/redirect",
    summary="The client sends no key to another host.",
    rationale="Whoever can make a server redirect gets the key of each client that follows.",
    remediation="Do not follow redirects, or leave keys, signatures and bodies out where the host is another.",
    since=1,
)
def check_redirect(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for each credential in what came to the other host, in every encoding that the redactor knows."""
    # by value: one that has two names is told of once, by the first of them
    names: dict[str, str] = {}
    key_names = _list_key_names(outcome)
    for name, value in outcome.credentials.items():
        if name in key_names and len(value) >= MIN_KEY_LENGTH:
            names.setdefault(value, name)
    for value, name in names.items():
        redactor = Redactor([value.encode()])
        if any(redactor.redact(data) != data for data in outcome.wire.foreign_requests):
            yield ClientFinding(f"{name} was sent to another host after a redirect", RECORDED, subject=name)


def _list_key_names(outcome: ClientOutcome) -> set[str]:
    """Return which credentials prove who asks: an account also has what is no key, such as Alibaba Cloud's instance."""
    key_names = set(outcome.api.root.secrets)
    for scheme in outcome.operation.schemes:
        for part in (scheme, *scheme.parts):
            signing = SCHEMES[part.extension.scheme]
            key_names |= {signing.key_name, signing.secret_name}
    return key_names


@client_check(
    "wire/certificate",
    summary="The client talks to nobody whose certificate it cannot verify.",
    rationale="Without it, TLS hides the key from all but the one who wants it.",
    remediation="Leave the verification on; for a CA of your own, give its file.",
    since=1,
)
def check_certificate(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for a request behind a certificate of a CA that the client does not know."""
    if outcome.case.script == UNKNOWN_CA and outcome.exchanges:
        yield ClientFinding("the client sent its request to a server whose CA it does not know", CERTIFICATES)
