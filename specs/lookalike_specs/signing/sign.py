"""Prove who calls: what each scheme of a spec adds to a request, and how that came about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from ..api import SecurityScheme
from ..messages import JSON_MEDIA_TYPE, Request
from . import SIGNATURE_ALGORITHMS, MalformedCredential, Stages, acs3, acs_roa, acs_rpc, canonical, daji, oss_policy

Credentials = Mapping[str, str]
ISO_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class SigningContext:
    """When, the nonce, and whether the proof has to fit into the URL."""

    time: datetime
    nonce: str
    in_url: bool = False

    @property
    def timestamp(self) -> str:
        """The time as Alibaba Cloud writes it."""
        return self.time.astimezone(UTC).strftime(ISO_FORMAT)


SignFunction = Callable[[Request, SecurityScheme, Credentials, SigningContext], Request]


@dataclass(frozen=True, slots=True)
class SigningScheme:
    """A scheme: its signer, the names of key and secret in an account, the parameters it needs besides.

    `signature`, `timestamp` and `nonce` are the parameters or headers that hold them; "" where there is none.
    """

    sign: SignFunction
    key_name: str = ""
    secret_name: str = ""
    required_parameters: tuple[str, ...] = ()
    signature_name: str = ""
    timestamp_name: str = ""
    nonce_name: str = ""

    @property
    def expires(self) -> bool:
        """Whether the same bytes are refused later, or a second time."""
        return bool(self.timestamp_name)


def get_credential_name(scheme: SecurityScheme) -> str:
    """The name of the account's key that the scheme goes by."""
    return SIGNING_SCHEMES[scheme.extension.scheme].key_name or scheme.extension.credential or scheme.parameter


def parse_time(text: str) -> datetime | None:
    """The time that a request tells, in ISO 8601 or as HTTP has it; None where it is none."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(text)
        except ValueError:
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None


def accepts_any_case(switches: Mapping[str, str]) -> bool:
    """Whether a signature counts in the other letter case too, for a choice of variants."""
    return switches.get("lower-case-sign") == "accepted"


def sign(request: Request, scheme: SecurityScheme, account: Credentials, moment: SigningContext) -> Request:
    """The request with the proof that the scheme wants."""
    return SIGNING_SCHEMES[scheme.extension.scheme].sign(request, scheme, account, moment)


def compute_stages(
    request: Request, scheme: SecurityScheme, account: Credentials, *, reveal: bool
) -> Stages | MalformedCredential | None:
    """How the signature of a signed request came about; None for a scheme that signs nothing."""
    kind = scheme.extension.scheme
    if kind not in SIGNATURE_ALGORITHMS:
        return None
    secret = account[SIGNING_SCHEMES[kind].secret_name]
    if reveal and kind == daji.SCHEME:
        return daji.compute_stages(canonical.decode_parameters(request), secret, reveal=True)
    return SIGNATURE_ALGORITHMS[kind].recompute_stages(request, secret)


def sign_rpc(request: Request, account: Credentials, moment: SigningContext, placement: acs_rpc.Placement) -> Request:
    """The request with a proof in the RPC style, its parameters in that place."""
    return acs_rpc.sign_request(
        request,
        account["AccessKeyId"],
        account["AccessKeySecret"],
        timestamp=moment.timestamp,
        nonce=moment.nonce,
        security_token=account.get("SecurityToken"),
        placement=placement,
    )


def _sign_with_key(request: Request, scheme: SecurityScheme, account: Credentials, _: SigningContext) -> Request:
    value = account[get_credential_name(scheme)]
    if scheme.location == "header":
        return canonical.set_headers(request, ((scheme.parameter.lower(), value),))
    return canonical.append_to_query(request, ((scheme.parameter, value),))


def _sign_daji(request: Request, _: SecurityScheme, account: Credentials, __: SigningContext) -> Request:
    return daji.sign_request(request, account["appKey"], account["appSecret"])


def _sign_daji_secret(request: Request, _: SecurityScheme, account: Credentials, __: SigningContext) -> Request:
    return canonical.append_to_query(request, (("appKey", account["appKey"]), ("appSecret", account["appSecret"])))


def _sign_acs_rpc(request: Request, _: SecurityScheme, account: Credentials, moment: SigningContext) -> Request:
    return sign_rpc(request, account, moment, "everything-in-query" if moment.in_url else "query")


def _sign_acs_roa(request: Request, _: SecurityScheme, account: Credentials, moment: SigningContext) -> Request:
    return acs_roa.sign_request(
        canonical.set_headers(request, (("accept", JSON_MEDIA_TYPE),)),
        account["AccessKeyId"],
        account["AccessKeySecret"],
        date=format_datetime(moment.time.astimezone(UTC), usegmt=True),
        nonce=moment.nonce,
        security_token=account.get("SecurityToken"),
    )


def _sign_acs3(request: Request, _: SecurityScheme, account: Credentials, moment: SigningContext) -> Request:
    return acs3.sign_request(
        request,
        account["AccessKeyId"],
        account["AccessKeySecret"],
        timestamp=moment.timestamp,
        nonce=moment.nonce,
        security_token=account.get("SecurityToken"),
    )


def _sign_oss_policy(request: Request, _: SecurityScheme, account: Credentials, __: SigningContext) -> Request:
    return oss_policy.sign_request(request, account["AccessKeyId"], account["AccessKeySecret"])


_ACS_CREDENTIALS: Final = ("AccessKeyId", "AccessKeySecret")
_RPC_FIELDS: Final = ("Signature", "Timestamp", "SignatureNonce")
_NONCE_HEADER: Final = "x-acs-signature-nonce"
_ACTION_HEADERS: Final = ("x-acs-action", "x-acs-version")
SIGNING_SCHEMES: Final[Mapping[str, SigningScheme]] = {
    "key": SigningScheme(_sign_with_key),
    "daji-md5": SigningScheme(_sign_daji, "appKey", "appSecret", (), "sign"),
    "daji-secret": SigningScheme(_sign_daji_secret, "appKey", "appSecret"),
    "acs-rpc": SigningScheme(_sign_acs_rpc, *_ACS_CREDENTIALS, ("Action", "Version", "Format"), *_RPC_FIELDS),
    "acs-roa": SigningScheme(_sign_acs_roa, *_ACS_CREDENTIALS, _ACTION_HEADERS, "authorization", "date", _NONCE_HEADER),
    "acs3": SigningScheme(_sign_acs3, *_ACS_CREDENTIALS, _ACTION_HEADERS, "authorization", "x-acs-date", _NONCE_HEADER),
    "oss-policy": SigningScheme(_sign_oss_policy, *_ACS_CREDENTIALS, ("policy",), "Signature"),
}
