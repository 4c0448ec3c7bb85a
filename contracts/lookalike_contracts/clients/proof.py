"""Who calls, and whether the signature is the one that the account's secret makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lookalike_specs import Scheme
from lookalike_specs.proof import PROOFS, any_case, credential
from lookalike_specs.signing import SCHEMES, Malformed

from .asked import Asked
from .complaint import Complaint
from .mistakes import told

Account = Mapping[str, str]


def proven(asked: Asked, account: Account | None) -> Iterator[Complaint]:
    """What is wrong with the proof of who calls.

    `account` has the credentials under the vendor's own names; None where the request holds nobody's key.
    """
    scheme = found(asked)
    if scheme is None:
        ways = " or ".join(f"{each.parameter} ({each.place})" for each in asked.schemes)
        yield Complaint("credential", asked.schemes[0].parameter, f"nothing proves who calls: no {ways}", asked.where())
        return
    where = f"#/components/securitySchemes/{scheme.name}"
    kind, key = scheme.extension.scheme, credential(scheme)
    if account is None:
        yield Complaint("credential", key, f"{key} is not the account's", where)
    elif kind in SCHEMES:
        yield from _signed(asked, scheme, account, where)
    elif value(asked, scheme) != account.get(PROOFS[kind].secret or key):
        yield Complaint("credential", scheme.parameter, f"{scheme.parameter} is not the account's", where)


def caller(asked: Asked, accounts: tuple[Account, ...]) -> Account | None:
    """The account whose key a request holds; a magic key is the demo account's."""
    names = list(dict.fromkeys(credential(scheme) for scheme in asked.schemes))
    texts = [*(value for _, value in asked.query + asked.form), *_raw(asked)]
    for account in accounts:
        keys = [re.escape(account[name]) for name in names if account.get(name)]
        if any(re.search(rf"(?<![\w-]){key}(?![\w-])", text) for key in keys for text in texts):
            return account
    for magic in asked.api.root.magic:
        pattern = re.escape(magic.template).replace(re.escape("{situation}"), r"[\w.-]+")
        for text in texts if magic.credential in names else ():
            if key := re.search(rf"(?<![\w-]){pattern}", text):
                return asked.api.account | {magic.credential: key[0]}
    return None


def _raw(asked: Asked) -> Iterator[str]:
    """Headers, and a body of parts, in which keys may stand among other things."""
    yield from (value.decode("latin-1") for _, value in asked.request.headers)
    if asked.request.content_type.startswith("multipart/"):
        yield asked.request.body.decode("latin-1")


def found(asked: Asked) -> Scheme | None:
    """The first scheme that a request holds anything of, as the vendor looks for it."""
    return next((scheme for scheme in asked.schemes if value(asked, scheme)), None)


def value(asked: Asked, scheme: Scheme) -> str:
    """What a scheme's parameter holds; "" for a signature that is not of that scheme."""
    kind = scheme.extension.scheme
    if kind in SCHEMES:
        return SCHEMES[kind].presented(asked.request) or ""
    if scheme.place == "header":
        return asked.request.header(scheme.parameter.lower().encode()) or ""
    return dict(reversed(asked.query + asked.form)).get(scheme.parameter, "")


def _signed(asked: Asked, scheme: Scheme, account: Account, where: str) -> Iterator[Complaint]:
    kind = scheme.extension.scheme
    theirs, secret = SCHEMES[kind].presented(asked.request), account[PROOFS[kind].secret]
    ours = SCHEMES[kind].recomputed(asked.request, secret)
    if isinstance(ours, Malformed):
        yield Complaint("signature", scheme.parameter, ours.reason, where)
    elif theirs != ours.signature and not (any_case(asked.variants) and (theirs or "").upper() == ours.signature):
        yield Complaint("signature", scheme.parameter, told(asked.request, kind, secret, ours, theirs or ""), where)
