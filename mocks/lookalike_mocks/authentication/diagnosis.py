"""Say more of a proof that was refused: what is around a key, where it stands instead, and how a signature was made.

All of it runs when somebody looks, on the request as it came. What it says names places and rules, and never a key, a
secret or a signature.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from lookalike_specs import SecurityScheme
from lookalike_specs.messages import Request, is_json
from lookalike_specs.signing import SCHEMES
from lookalike_specs.signing.canonical import decode_parameters
from lookalike_specs.signing.scheme import get_key_name

from ..context import RequestContext
from ..exceptions import VendorError
from ..reason import cut_text
from ..sandbox.identity import find_token
from ..sandbox.near_key import describe_near_key
from ..sandbox.state import SandboxAccounts, SandboxState
from ..service import Service
from .credentials import build_auth_error, compare_secrets
from .signing_mistakes import MISTAKE_LISTERS

# what clients leave around a key, as a sentence calls it
SURROUNDINGS: Final[Mapping[str, str]] = {
    " ": "a blank",
    "\n": "a newline",
    "\r": "a carriage return",
    "\t": "a tab",
    '"': "quotes",
    "'": "quotes",
}
SCHEME_WORDS: Final = ("Bearer ", "Basic ", "Token ")
MAX_NAMES: Final = 20
# of a key that nobody has, and of a wrong signature, until somebody looks; ours are shorter than that
MAX_KEPT_KEY: Final = 250
MINUTES_OF_A_DAY: Final = 24 * 60
MAX_SHOWN_MINUTES: Final = 2 * MINUTES_OF_A_DAY
# of query and body together: beyond it a signature is not made again in every wrong way, as each takes a while
MAX_DIAGNOSED_BYTES: Final = 256 * 1024


class SentValue(NamedTuple):
    """A value of a request, and where it stands, as a sentence calls it: `the header apikey`."""

    place: str
    name: str
    value: str


def build_unknown_key_error(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, key: str, **facts: Any
) -> VendorError:
    """Return the error for a key that no account has; `facts` fill the placeholders of its message."""
    error = build_auth_error(scheme, "unknown-key", **facts)
    service = context.service
    # neither the sandbox nor a key of megabytes: a journal keeps this
    error.diagnose = partial(_diagnose_unknown_key, state.accounts, service, scheme, key[:MAX_KEPT_KEY])
    return error


def build_missing_key_error(context: RequestContext, scheme: SecurityScheme) -> VendorError:
    """Return the error for a request that does not say who calls, or, where the vendor has one, that is not signed."""
    if "missing-signature" in scheme.extension.errors:
        error = build_auth_error(scheme, "missing-signature")
    else:
        error = build_auth_error(scheme, "missing-key")
    error.diagnose = partial(describe_missing_key, context.service, scheme)
    return error


def describe_missing_key(service: Service, scheme: SecurityScheme, request: Request) -> str:
    """Return what is missing, and where a key stands instead, if one stands anywhere."""
    record = SCHEMES[scheme.extension.scheme]
    text = f"nothing says who calls: {get_key_name(record, scheme)} is missing"
    if record.has_signature:
        text = f"the request is not signed: {record.signature_name} is missing"
    values = {value for credentials, _ in service.api.accounts for value in credentials.values()}
    for sent in _iter_values(request):
        if sent.value not in values and find_token(sent.value) is None:
            continue
        text += f"; a key stands in {sent.place} {cut_text(sent.name)}, where this API does not look for one"
        variant = _find_variant(service, sent)
        if variant:
            text += f" (it does with the variant {variant})"
        return text
    return text


def _find_variant(service: Service, sent: SentValue) -> str:
    """Return the variant under which a key counts where it stands, such as `auth=apikey`; "" where there is none."""
    for operation in service.api.operations:
        for scheme in operation.schemes:
            condition = scheme.extension.when
            is_there = scheme.parameter.lower() == sent.name.lower() and scheme.location in sent.place
            if is_there and condition is not None:
                return f"{condition.variant}={condition.values[0]}"
    return ""


def _diagnose_unknown_key(
    accounts: SandboxAccounts, service: Service, scheme: SecurityScheme, key: str, _request: Request
) -> str:
    return describe_unknown_key(accounts, service, scheme, key)


def describe_unknown_key(
    sandbox_accounts: SandboxAccounts, service: Service, scheme: SecurityScheme, value: str
) -> str:
    """Return what is wrong with a key that no account has, without the key."""
    name = get_key_name(SCHEMES[scheme.extension.scheme], scheme)
    text = f"no account has this {name}"
    accounts = sandbox_accounts.get(service.api.id, service.accounts.get(name, {}))
    bare = value.strip(" \t\r\n\"'")
    for word in SCHEME_WORDS:
        bare = bare.removeprefix(word).strip(" \t\r\n\"'")
    if bare != value and bare in accounts:
        return f"{text}: it is a known key with {_describe_surroundings(value, bare)} around it"
    if value in accounts:
        # a sandbox's accounts go by all of their values
        return f"{text}: it is another of the account's values, such as its secret"
    for other, others in sandbox_accounts.items():
        if value in others:
            return f"{text}: it is this sandbox's key for {other}, and this is {service.api.id}"
    keys = {account.credentials[name] for account in accounts.values() if name in account.credentials}
    difference = describe_near_key(value, sorted(keys))
    if difference:
        return f"{text}: it is nearly a known key, with {difference}"
    if find_token(value) is not None:
        return f"{text}: a sandbox's key stands in it, with something else around it"
    template = service.api.root.credential_templates.get(name, "")
    beginning = template.partition("{")[0]
    if beginning:
        text += f": a sandbox's key begins with {beginning}"
    return text + "; `lookalike serve` prints the demo accounts' keys at its start"


def _describe_surroundings(value: str, bare: str) -> str:
    before, _, after = value.partition(bare)
    surroundings = before + after
    for word in SCHEME_WORDS:
        if word in surroundings:
            return f"the word {word.strip()}"
    names = {SURROUNDINGS[character]: None for character in surroundings}
    return " and ".join(names)


def _iter_values(request: Request) -> Iterator[SentValue]:
    for raw_name, raw_value in request.headers:
        if raw_name not in (b"host", b"content-length"):
            yield SentValue("the header", raw_name.decode("latin-1"), raw_value.decode("latin-1"))
    for name, value in decode_parameters(request):
        yield SentValue("the query or form, as", name, value)
    if not is_json(request.content_type):
        return
    try:
        document = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if isinstance(document, dict):
        for name, value in document.items():
            if isinstance(value, str):
                yield SentValue("the body, as", name, value)


def describe_clock_difference(name: str, age: float, skew: int) -> str:
    """Return how far a time of signing is off: `age` is in seconds, and negative for a time to come."""
    side = "behind"
    if age < 0:
        side = "ahead of"
    minutes = abs(age) / 60
    amount = f"{minutes:.0f} min"
    if minutes > MAX_SHOWN_MINUTES:
        amount = f"{minutes / MINUTES_OF_A_DAY:.0f} days"
    return f"{name} is {amount} {side} the sandbox's clock; the most is {skew / 60:g} min"


def build_mismatch_error(scheme: SecurityScheme, secret: str, signature: str, **facts: Any) -> VendorError:
    """Return the error for a signature that is not the one that this secret makes."""
    error = build_auth_error(scheme, "mismatch", **facts)
    error.diagnose = partial(describe_mismatch, scheme.extension.scheme, secret, signature[:MAX_KEPT_KEY])
    return error


def describe_mismatch(scheme: str, secret: str, signature: str, request: Request) -> str:
    """Return at which stage a signature first went another way, where a usual mistake makes the very one that came."""
    list_mistakes = MISTAKE_LISTERS.get(scheme)
    if list_mistakes is None or len(request.query) + len(request.body) > MAX_DIAGNOSED_BYTES:
        return "the signature is not the one that this request and the key's secret make"
    for mistake in list_mistakes(request, secret):
        if compare_secrets(mistake.signature, signature):
            return f"the signature differs from the stage `{mistake.stage}` on: {mistake.sentence}"
    return (
        "the signature is not the one that this request and the key's secret make, nor one that a usual mistake makes: "
        f"the secret may be another. {_list_signed_names(request)}"
    )


def _list_signed_names(request: Request) -> str:
    names = [cut_text(name) for name, _ in decode_parameters(request)]
    shown = ", ".join(names[:MAX_NAMES])
    if len(names) > MAX_NAMES:
        shown += f" and {len(names) - MAX_NAMES} more"
    return f"The parameters that came: {shown or 'none'}"
