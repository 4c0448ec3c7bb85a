"""Who calls, and whether the signature is the one that the account's secret makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from lookalike_specs import SecurityScheme
from lookalike_specs.messages import Request
from lookalike_specs.signing import SCHEMES, MalformedCredential, SigningScheme
from lookalike_specs.signing.sign import accepts_any_case, accepts_unsigned_headers, get_credential_name

from .parsed_request import ClientRequest
from .signature_diagnosis import diagnose_signature
from .violation import RequestViolation, RequestViolationKind

# that of an operation for which a document asks for no proof
OPEN_SCHEME: Final = "none"
Credentials = Mapping[str, str]


def validate_credentials(request: ClientRequest, account: Credentials | None) -> Iterator[RequestViolation]:
    """Yield what is wrong with the proof of who calls.

    `account` has the credentials under the vendor's own names; None where the request holds nobody's key.
    """
    if any(candidate.extension.scheme == OPEN_SCHEME for candidate in request.schemes):
        # anybody may call
        return
    scheme = find_scheme(request)
    if scheme is None:
        ways = " or ".join(f"{candidate.parameter} ({candidate.location})" for candidate in request.schemes)
        message = f"nothing proves who calls: no {ways}"
        yield request.build_violation("credential", request.schemes[0].parameter, message, keyword="security")
        return
    key_name = get_credential_name(scheme)
    signing_scheme = SCHEMES[scheme.extension.scheme]
    if account is None:
        yield _build_violation(request, "credential", scheme, key_name, f"{key_name} is not the account's")
    elif signing_scheme.has_signature:
        problem = _find_signature_problem(request, scheme, account)
        if problem:
            yield _build_violation(request, "signature", scheme, scheme.parameter, problem)
    elif read_credential(request, scheme) != account.get(signing_scheme.secret_name or key_name):
        message = f"{scheme.parameter} is not the account's"
        yield _build_violation(request, "credential", scheme, scheme.parameter, message)


def _build_violation(
    request: ClientRequest, kind: RequestViolationKind, scheme: SecurityScheme, parameter: str, message: str
) -> RequestViolation:
    rule = f"/components/securitySchemes/{scheme.name}"
    return RequestViolation(kind, parameter, message, f"#{rule}", request.api.find_provenance(rule))


def find_account(request: ClientRequest, accounts: tuple[Credentials, ...]) -> Credentials | None:
    """Return the account whose key a request holds; None where it holds nobody's.

    Keys are looked for as whole words in everything, as each vendor puts them elsewhere: in a parameter, in the middle of
    an `Authorization`, in a form's part. A key that triggers a situation is the demo account's.
    """
    key_names = list(dict.fromkeys(get_credential_name(scheme) for scheme in request.schemes))
    texts = [*(value for _, value in request.pairs), *_iter_raw_texts(request)]
    for account in accounts:
        keys = [account[name] for name in key_names if account.get(name)]
        if any(_find_word(re.escape(key) + r"(?![\w-])", texts) for key in keys):
            return account
    for trigger in request.api.root.triggers:
        if trigger.credential in key_names:
            pattern = re.escape(trigger.template).replace(re.escape("{situation}"), r"[\w.-]+")
            key = _find_word(pattern, texts)
            if key:
                return request.api.account | {trigger.credential: key}
    return None


def _find_word(pattern: str, texts: list[str]) -> str:
    """Return what matches a pattern where a word begins; "" for nothing."""
    word = re.compile(rf"(?<![\w-]){pattern}")
    for text in texts:
        match = word.search(text)
        if match:
            return match[0]
    return ""


def _iter_raw_texts(request: ClientRequest) -> Iterator[str]:
    """Yield headers, and a body of parts, in which keys may stand among other things."""
    for _, value in request.request.headers:
        yield value.decode("latin-1")
    if request.request.content_type.startswith("multipart/"):
        yield request.request.body.decode("latin-1")


def find_scheme(request: ClientRequest) -> SecurityScheme | None:
    """Return the first scheme that a request holds anything of, as the vendor looks for it."""
    for scheme in request.schemes:
        if read_credential(request, scheme):
            return scheme
    return None


def read_credential(request: ClientRequest, scheme: SecurityScheme) -> str:
    """Return what a scheme's parameter holds; "" for nothing, and for a signature of another scheme."""
    signing_scheme = SCHEMES[scheme.extension.scheme]
    if signing_scheme.has_signature:
        return signing_scheme.read_signature(_select_signed_request(request, signing_scheme)) or ""
    if scheme.location == "header":
        return request.request.get_header(scheme.parameter.lower().encode()) or ""
    return request.get_value(scheme.parameter)


def _find_signature_problem(request: ClientRequest, scheme: SecurityScheme, account: Credentials) -> str:
    """Return what is wrong with a signature; "" for nothing."""
    signing_scheme = SCHEMES[scheme.extension.scheme]
    secret = account[signing_scheme.secret_name]
    signed_request = _select_signed_request(request, signing_scheme)
    signature = signing_scheme.read_signature(signed_request) or ""
    stages = signing_scheme.recompute_stages(signed_request, secret)
    if isinstance(stages, MalformedCredential):
        return stages.reason
    if signature == stages.signature:
        return _describe_unsigned_headers(request, signing_scheme, signed_request)
    if accepts_any_case(request.variants) and signature.upper() == stages.signature:
        return ""
    return diagnose_signature(signed_request, scheme.extension.scheme, secret, stages, signature)


def _describe_unsigned_headers(request: ClientRequest, signing_scheme: SigningScheme, signed_request: Request) -> str:
    """Return which headers a signature leaves out that it has to cover; "" where it covers all of them."""
    covered = signing_scheme.covered_headers
    if covered is None or accepts_unsigned_headers(request.variants):
        return ""
    names = covered.list_left_out(signed_request)
    if not names:
        return ""
    return f"the signature leaves out {', '.join(names)}, which has to be signed where it is sent"


def _select_signed_request(request: ClientRequest, signing_scheme: SigningScheme) -> Request:
    """Return the request as the scheme reads it: a multipart form as it is only where one of its fields is signed."""
    if signing_scheme.signed_field:
        return request.request
    return request.urlencoded_request
