"""Prove who calls: what each scheme of a spec adds to a request, and how that came about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from .api import Scheme
from .signing import (
    SCHEMES,
    Malformed,
    Stages,
    acs3,
    acs_roa,
    acs_rpc,
    daji,
    header,
    oss_policy,
    parameters,
)
from .wire import Request

Account = Mapping[str, str]
ISO = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Moment:
    """When, the nonce, and whether the proof has to fit into the URL."""

    time: datetime
    nonce: str
    in_url: bool = False

    @property
    def timestamp(self) -> str:
        """The time as Alibaba Cloud writes it."""
        return self.time.astimezone(UTC).strftime(ISO)


Sign = Callable[[Request, Scheme, Account, Moment], Request]


@dataclass(frozen=True, slots=True)
class Proof:
    """A scheme: its signer, the names of key and secret in an account, the parameters it needs besides.

    `signature`, `timestamp` and `nonce` are the parameters or headers that hold them; "" where there is none.
    """

    sign: Sign
    key: str = ""
    secret: str = ""
    needs: tuple[str, ...] = ()
    signature: str = ""
    timestamp: str = ""
    nonce: str = ""

    @property
    def ages(self) -> bool:
        """Whether the same bytes are refused later, or a second time."""
        return bool(self.timestamp)


def credential(scheme: Scheme) -> str:
    """The name of the account's key that the scheme goes by."""
    return PROOFS[scheme.extension.scheme].key or scheme.extension.credential or scheme.parameter


def parse_time(text: str) -> datetime | None:
    """The time that a request tells, in ISO 8601 or as HTTP has it; None where it is none."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(text)
        except ValueError:
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None


def any_case(switches: Mapping[str, str]) -> bool:
    """Whether a signature counts in the other letter case too, for a choice of variants."""
    return switches.get("lower-case-sign") == "accepted"


def prove(request: Request, scheme: Scheme, account: Account, moment: Moment) -> Request:
    """The request with the proof that the scheme wants."""
    return PROOFS[scheme.extension.scheme].sign(request, scheme, account, moment)


def stages(request: Request, scheme: Scheme, account: Account, *, reveal: bool) -> Stages | Malformed | None:
    """How the signature of a signed request came about; None for a scheme that signs nothing."""
    kind = scheme.extension.scheme
    if kind not in SCHEMES:
        return None
    secret = account[PROOFS[kind].secret]
    if reveal and kind == daji.SCHEME:
        return daji.stages(parameters.sent(request), secret, reveal=True)
    return SCHEMES[kind].recomputed(request, secret)


def rpc(request: Request, account: Account, moment: Moment, placement: acs_rpc.Placement) -> Request:
    """The request with a proof in the RPC style, its parameters in that place."""
    return acs_rpc.signed(
        request,
        account["AccessKeyId"],
        account["AccessKeySecret"],
        timestamp=moment.timestamp,
        nonce=moment.nonce,
        security_token=account.get("SecurityToken"),
        placement=placement,
    )


def _key(request: Request, scheme: Scheme, account: Account, _: Moment) -> Request:
    value = account[credential(scheme)]
    if scheme.place == "header":
        return header.extended(request, ((scheme.parameter.lower(), value),))
    return parameters.with_query(request, ((scheme.parameter, value),))


def _daji(request: Request, _: Scheme, account: Account, __: Moment) -> Request:
    return daji.signed(request, account["appKey"], account["appSecret"])


def _daji_secret(request: Request, _: Scheme, account: Account, __: Moment) -> Request:
    return parameters.with_query(request, (("appKey", account["appKey"]), ("appSecret", account["appSecret"])))


def _acs_rpc(request: Request, _: Scheme, account: Account, moment: Moment) -> Request:
    return rpc(request, account, moment, "everything-in-query" if moment.in_url else "query")


def _acs_roa(request: Request, _: Scheme, account: Account, moment: Moment) -> Request:
    return acs_roa.signed(
        header.extended(request, (("accept", "application/json"),)),
        account["AccessKeyId"],
        account["AccessKeySecret"],
        date=format_datetime(moment.time.astimezone(UTC), usegmt=True),
        nonce=moment.nonce,
        security_token=account.get("SecurityToken"),
    )


def _acs3(request: Request, _: Scheme, account: Account, moment: Moment) -> Request:
    return acs3.signed(
        request,
        account["AccessKeyId"],
        account["AccessKeySecret"],
        timestamp=moment.timestamp,
        nonce=moment.nonce,
        security_token=account.get("SecurityToken"),
    )


def _oss_policy(request: Request, _: Scheme, account: Account, __: Moment) -> Request:
    return oss_policy.signed(request, account["AccessKeyId"], account["AccessKeySecret"])


_ACS: Final = ("AccessKeyId", "AccessKeySecret")
_RPC: Final = ("Signature", "Timestamp", "SignatureNonce")
_NONCE: Final = "x-acs-signature-nonce"
_HEADERS: Final = ("x-acs-action", "x-acs-version")
PROOFS: Final[Mapping[str, Proof]] = {
    "key": Proof(_key),
    "daji-md5": Proof(_daji, "appKey", "appSecret", (), "sign"),
    "daji-secret": Proof(_daji_secret, "appKey", "appSecret"),
    "acs-rpc": Proof(_acs_rpc, *_ACS, ("Action", "Version", "Format"), *_RPC),
    "acs-roa": Proof(_acs_roa, *_ACS, _HEADERS, "authorization", "date", _NONCE),
    "acs3": Proof(_acs3, *_ACS, _HEADERS, "authorization", "x-acs-date", _NONCE),
    "oss-policy": Proof(_oss_policy, *_ACS, ("policy",), "Signature"),
}
