"""Who calls, and whether the signature is the one that the account's secret makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lookalike_specs import SecurityScheme
from lookalike_specs.signing import SCHEMES, MalformedCredential
from lookalike_specs.signing.sign import accepts_any_case, get_credential_name

from .parsed_request import ClientRequest
from .signature_diagnosis import diagnose_signature
from .violation import RequestViolation

Credentials = Mapping[str, str]


def validate_credentials(asked: ClientRequest, account: Credentials | None) -> Iterator[RequestViolation]:
    """What is wrong with the proof of who calls.

    `account` has the credentials under the vendor's own names; None where the request holds nobody's key.
    """
    scheme = find_scheme(asked)
    if scheme is None:
        ways = " or ".join(f"{each.parameter} ({each.location})" for each in asked.schemes)
        yield RequestViolation(
            "credential", asked.schemes[0].parameter, f"nothing proves who calls: no {ways}", asked.locate_rule()
        )
        return
    where = f"#/components/securitySchemes/{scheme.name}"
    kind = scheme.extension.scheme
    key = get_credential_name(scheme)
    if account is None:
        yield RequestViolation("credential", key, f"{key} is not the account's", where)
    elif SCHEMES[kind].has_signature:
        yield from _validate_signature(asked, scheme, account, where)
    elif read_credential(asked, scheme) != account.get(SCHEMES[kind].secret_name or key):
        yield RequestViolation("credential", scheme.parameter, f"{scheme.parameter} is not the account's", where)


def find_account(asked: ClientRequest, accounts: tuple[Credentials, ...]) -> Credentials | None:
    """The account whose key a request holds; a magic key is the demo account's."""
    names = list(dict.fromkeys(get_credential_name(scheme) for scheme in asked.schemes))
    texts = [*(value for _, value in asked.query + asked.form), *_iter_raw_texts(asked)]
    for account in accounts:
        keys = [re.escape(account[name]) for name in names if account.get(name)]
        if any(re.search(rf"(?<![\w-]){key}(?![\w-])", text) for key in keys for text in texts):
            return account
    for magic in asked.api.root.triggers:
        pattern = re.escape(magic.template).replace(re.escape("{situation}"), r"[\w.-]+")
        for text in texts if magic.credential in names else ():
            if key := re.search(rf"(?<![\w-]){pattern}", text):
                return asked.api.account | {magic.credential: key[0]}
    return None


def _iter_raw_texts(asked: ClientRequest) -> Iterator[str]:
    """Headers, and a body of parts, in which keys may stand among other things."""
    yield from (value.decode("latin-1") for _, value in asked.request.headers)
    if asked.request.content_type.startswith("multipart/"):
        yield asked.request.body.decode("latin-1")


def find_scheme(asked: ClientRequest) -> SecurityScheme | None:
    """The first scheme that a request holds anything of, as the vendor looks for it."""
    return next((scheme for scheme in asked.schemes if read_credential(asked, scheme)), None)


def read_credential(asked: ClientRequest, scheme: SecurityScheme) -> str:
    """What a scheme's parameter holds; "" for a signature that is not of that scheme."""
    kind = scheme.extension.scheme
    if SCHEMES[kind].has_signature:
        return SCHEMES[kind].read_signature(asked.request) or ""
    if scheme.location == "header":
        return asked.request.get_header(scheme.parameter.lower().encode()) or ""
    return dict(reversed(asked.query + asked.form)).get(scheme.parameter, "")


def _validate_signature(
    asked: ClientRequest, scheme: SecurityScheme, account: Credentials, where: str
) -> Iterator[RequestViolation]:
    kind = scheme.extension.scheme
    theirs = SCHEMES[kind].read_signature(asked.request)
    secret = account[SCHEMES[kind].secret_name]
    ours = SCHEMES[kind].recompute_stages(asked.request, secret)
    if isinstance(ours, MalformedCredential):
        yield RequestViolation("signature", scheme.parameter, ours.reason, where)
    elif theirs != ours.signature and not (
        accepts_any_case(asked.variants) and (theirs or "").upper() == ours.signature
    ):
        yield RequestViolation(
            "signature", scheme.parameter, diagnose_signature(asked.request, kind, secret, ours, theirs or ""), where
        )
