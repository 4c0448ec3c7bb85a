"""Mutants of signatures: they accept what was not signed so, refuse what was, or answer the wrong error."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable

from lookalike_contracts.checks.signature.request_edit import find_part, replace_value
from lookalike_specs.messages import Request, Response

from . import conditions
from .mutant import Mutant, Respond
from .scheme_oracle import CredentialMutation, RequestCondition, SchemeOracle, accept_when, reject_when, reword_error

DAJI_1688 = "daji-1688/imageQuery"
TAOBAO = "daji-taobao/imageSearchByUrl"
DAJI_FORM = "daji-1688/uploadImage"
DAJI_URL = "daji-taobao/uploadImageByUrl"
BY_PIC = "aliyun/SearchImageByPic"
ADD_IMAGE = "aliyun/AddImage"
UPLOAD = "aliyun/PostObject"
AUTHORIZE = "aliyun/AuthorizeFileUpload"
ROA = "aliyun/SearchImage"
ADD_IMAGE_ROA = "aliyun/AddImageRoa"
TMAPI = "tmapi/searchItemsByImageUrl"
CONVERT = "tmapi/convertImageUrl"
HIOBUY = "hiobuy/queryByImage"


def _forget_nonces(operation: str, kind: str, nonce: str, *, by_bytes: bool) -> CredentialMutation:
    """Mutate a server so that it forgets nonces, or (`by_bytes`) remembers whole requests in place of nonces."""
    oracle = SchemeOracle(operation, kind)
    seen: set[bytes] = set()

    def respond(honest: Respond, request: Request) -> Response:
        key = repr(request).encode()
        if by_bytes and key in seen:
            return honest(request)
        response = honest(request)
        seen.add(key)
        if b"SignatureNonceUsed" in response.body and find_part(request, nonce) is not None:
            return honest(oracle.sign_request(request))
        return response

    return respond


def _relax_policy(operation: str, change: Callable[[dict[str, object]], dict[str, object]]) -> CredentialMutation:
    """Mutate a server so that it accepts an upload as if its policy said something else."""
    oracle = SchemeOracle(operation, "oss-policy")

    def respond(honest: Respond, request: Request) -> Response:
        part = find_part(request, "policy")
        if part is None or not _is_signed_by_account(oracle, request):
            return honest(request)
        try:
            policy = json.loads(b64decode(part.value))
        except ValueError:
            return honest(request)
        relaxed = b64encode(json.dumps(change(policy)).encode()).decode()
        return honest(oracle.sign_request(replace_value(request, part, relaxed)))

    return respond


def _is_signed_by_account(oracle: SchemeOracle, request: Request) -> bool:
    return oracle.is_rightly_signed(request) and oracle.account["AccessKeyId"].encode() in request.body


ANY_SIZE = [["content-length-range", 0, 10**8]]
FALSE_ACCEPTS: dict[str, tuple[str, str, str, RequestCondition]] = {
    # id: check, operation, scheme, what is let in
    "never-verified": ("signature/changed", TAOBAO, "daji-md5", conditions.is_wrongly_signed),
    "never-verified-rpc": ("signature/secret", BY_PIC, "acs-rpc", conditions.is_wrongly_signed),
    "verified-if-there": ("signature/missing", DAJI_1688, "daji-md5", conditions.is_unsigned),
    "verified-if-there-acs": ("signature/missing", BY_PIC, "acs3", conditions.is_unsigned),
    "secret-for-sign": ("signature/missing", DAJI_FORM, "daji-md5", lambda oracle, request: oracle.read_signature(request) == oracle.secret),
    "empty-token": ("signature/missing", TMAPI, "key", conditions.when_credential_resembles("apiToken", lambda value, _: not value)),
    "empty-uuid": ("signature/missing", HIOBUY, "key", conditions.when_credential_resembles("x-uuid", lambda value, _: not value)),
    "empty-app-key": ("signature/key", TAOBAO, "daji-md5", conditions.when_credential_resembles("appKey", lambda value, _: not value)),
    "any-key": ("signature/key", AUTHORIZE, "acs-rpc", conditions.when_credential_resembles("AccessKeyId", lambda value, mine: value != mine)),
    "token-by-its-beginning": ("signature/key", CONVERT, "key", conditions.when_credential_resembles("apikey", lambda v, m: bool(v) and m.startswith(v))),
    "token-in-any-case": ("signature/key", TMAPI, "key", conditions.when_credential_resembles("apiToken", lambda v, m: v.lower() == m.lower())),
    "uuid-and-more": ("signature/key", HIOBUY, "key", conditions.when_credential_resembles("x-uuid", lambda value, mine: value.startswith(mine))),
    "empty-secret": ("signature/secret", DAJI_1688, "daji-md5", conditions.when_signed_with(lambda _: "")),
    "half-a-secret": ("signature/secret", ADD_IMAGE_ROA, "acs-roa", conditions.when_signed_with(lambda secret: secret[:-1])),
    "key-for-secret": ("signature/secret", UPLOAD, "oss-policy", conditions.when_signed_with(lambda _: "LTAI-lookalike-demo")),
    "secret-in-any-case": (
        "signature/secret", TAOBAO, "daji-secret", conditions.when_credential_resembles("appSecret", lambda v, m: v.lower() == m.lower()),
    ),
    "page-size-unsigned": ("signature/unsigned", DAJI_1688, "daji-md5", conditions.when_valid_without("pageSize")),
    "country-unsigned": ("signature/unsigned", DAJI_1688, "daji-md5", conditions.when_valid_without("country")),
    "picture-unsigned": ("signature/unsigned", DAJI_URL, "daji-md5", conditions.when_valid_without("pic_url")),
    "num-unsigned": ("signature/unsigned", BY_PIC, "acs-rpc", conditions.when_valid_without("Num")),
    "optional-unsigned": ("signature/unsigned", DAJI_1688, "daji-md5", conditions.when_valid_without("priceStart")),
    "optional-unsigned-get": ("signature/unsigned", TAOBAO, "daji-md5", conditions.when_valid_without("categoryId")),
    "filter-unsigned": ("signature/unsigned", BY_PIC, "acs-rpc", conditions.when_valid_without("Filter")),
    "time-unsigned": ("signature/unsigned", BY_PIC, "acs-rpc", conditions.when_valid_without("SignatureNonce")),
    "version-unsigned": ("signature/unsigned", ROA, "acs3", conditions.when_valid_without("x-acs-version")),
    "content-type-unsigned": ("signature/unsigned", ADD_IMAGE_ROA, "acs-roa", conditions.when_valid_without("content-type")),
    "strangers-unsigned": ("signature/unsigned", DAJI_1688, "daji-md5", conditions.is_valid_without_unknown),
    "strangers-unsigned-rpc": ("signature/unsigned", BY_PIC, "acs-rpc", conditions.is_valid_without_unknown),
    "seconds-unsigned": ("signature/changed", TAOBAO, "daji-md5", conditions.is_valid_with_first_values),
    "body-unsigned": ("signature/body", BY_PIC, "acs3", conditions.is_valid_with_stated_digest),
    "body-unsigned-roa": ("signature/body", ADD_IMAGE_ROA, "acs-roa", conditions.is_valid_with_wrong_md5),
    "form-unsigned": ("signature/body", DAJI_FORM, "daji-md5", conditions.is_valid_without_unknown),
    "any-case": ("signature/exact", DAJI_1688, "daji-md5", conditions.when_signature_resembles(lambda shown, made: shown.upper() == made)),
    "any-case-acs3": ("signature/exact", BY_PIC, "acs3", conditions.when_signature_resembles(lambda shown, made: shown.lower() == made)),
    "begins-alike": ("signature/exact", TAOBAO, "daji-md5", conditions.when_signature_resembles(lambda shown, made: made.startswith(shown))),
    "begins-with-it": ("signature/exact", AUTHORIZE, "acs-rpc", conditions.when_signature_resembles(lambda shown, made: shown.startswith(made))),
    "hexadecimal-too": ("signature/exact", BY_PIC, "acs-roa", conditions.when_signature_resembles(lambda s, made: s == b64decode(made).hex())),
    "base64-too": (
        "signature/exact", BY_PIC, "acs3", conditions.when_signature_resembles(lambda s, made: s == b64encode(bytes.fromhex(made)).decode()),
    ),
    "eight-letters-do": ("signature/exact", UPLOAD, "oss-policy", conditions.when_signature_resembles(lambda s, made: s[:8] == made[:8] != s[8:])),
    "any-algorithm": ("signature/algorithm", BY_PIC, "acs3", conditions.when_part_contains("authorization", "MD5")),
    "any-method": ("signature/algorithm", AUTHORIZE, "acs-rpc", conditions.when_part_contains("SignatureMethod", "MD5")),
    "any-version": ("signature/algorithm", ADD_IMAGE_ROA, "acs-roa", conditions.when_part_contains("x-acs-signature-version", "9.0")),
    "any-signed-headers": ("signature/headers", BY_PIC, "acs3", conditions.leaves_out_headers()),
    "nonce-not-covered": ("signature/headers", ROA, "acs3", conditions.leaves_out_headers("x-acs-signature-nonce")),
    "never-too-late": ("signature/clock", BY_PIC, "acs3", conditions.when_clock_is_off("x-acs-date", -1)),
    "never-too-early": ("signature/clock", AUTHORIZE, "acs-rpc", conditions.when_clock_is_off("Timestamp", 1)),
    "token-anywhere": ("signature/place", TMAPI, "key", conditions.when_credential_resembles("apikey", lambda value, mine: value == mine)),
    "token-in-headers": ("signature/place", TMAPI, "key", conditions.when_credential_resembles("apitoken", lambda value, mine: value == mine)),
    "uuid-anywhere": ("signature/place", HIOBUY, "key", conditions.when_credential_resembles("X-Uuid", lambda value, mine: value == mine)),
    "secret-in-headers": ("signature/place", DAJI_1688, "daji-secret", conditions.when_credential_resembles("appsecret", lambda value, mine: value == mine)),
}  # fmt: skip
FALSE_REJECTS: dict[str, tuple[str, str, str, RequestCondition]] = {
    # id: check, operation, scheme, what is kept out
    "no-chinese": ("signature/accepted", DAJI_1688, "daji-md5", conditions.when_query_contains("中文", "红色")),
    "no-tilde": ("signature/accepted", BY_PIC, "acs-rpc", conditions.when_query_contains("~")),
    "no-star": ("signature/accepted", ROA, "acs3", conditions.when_query_contains("*")),
    "no-plus": ("signature/accepted", TAOBAO, "daji-md5", conditions.has_a_plus),
    "no-space": ("signature/accepted", AUTHORIZE, "acs-rpc", conditions.when_query_contains(" ")),
    "no-empty-value": ("signature/accepted", DAJI_1688, "daji-md5", conditions.has_an_empty_value),
    "not-many": ("signature/accepted", BY_PIC, "acs3", conditions.has_many_parts),
    "sorted-as-words": ("signature/accepted", BY_PIC, "acs-roa", conditions.is_order_case_sensitive),
    "not-in-the-form": ("signature/accepted", BY_PIC, "acs-rpc", conditions.is_signed_in_form),
    "not-without-nonce": ("signature/accepted", ADD_IMAGE_ROA, "acs-roa", conditions.has_no_nonce),
    "not-turned": ("signature/order", TAOBAO, "daji-md5", conditions.is_reordered),
    "not-turned-acs3": ("signature/order", BY_PIC, "acs3", conditions.is_reordered),
    "ten-minutes": ("signature/clock", BY_PIC, "acs3", conditions.is_ten_minutes_old),
}
OTHER_MUTATIONS: dict[str, tuple[str, str, CredentialMutation]] = {
    "nonces-forgotten": ("signature/replayed", BY_PIC, _forget_nonces(BY_PIC, "acs3", "x-acs-signature-nonce", by_bytes=False)),
    "requests-remembered": ("signature/replayed", ADD_IMAGE, _forget_nonces(ADD_IMAGE, "acs-roa", "x-acs-signature-nonce", by_bytes=True)),
    "policy-for-ever": ("signature/policy", UPLOAD, _relax_policy(UPLOAD, lambda p: {**p, "expiration": "2120-01-01T12:00:00.000Z"})),
    "policy-for-all": ("signature/policy", UPLOAD, _relax_policy(UPLOAD, lambda policy: {**policy, "conditions": ANY_SIZE})),
    "sign-told-otherwise": ("signature/error", DAJI_1688, reword_error("签名错误", "签名不正确")),
    "sign-told-as-good": ("signature/error", TAOBAO, reword_error("签名错误", "签名错误", 200)),
    "late-told-as-mismatch": ("signature/error", BY_PIC, reword_error("InvalidTimeStamp.Expired", "SignatureDoesNotMatch")),
    "nonce-told-otherwise": ("signature/error", ADD_IMAGE_ROA, reword_error("SignatureNonceUsed", "SignatureNonceInvalid")),
    "upload-told-otherwise": ("signature/error", UPLOAD, reword_error("InvalidAccessKeyId", "AccessDenied")),
    "token-told-otherwise": ("signature/error", TMAPI, reword_error("No API key found in request", "Unauthorized")),
    "uuid-told-otherwise": ("signature/error", HIOBUY, reword_error("X-Uuid is required", "Parameter error")),
}  # fmt: skip
SIGNATURE_MUTANTS: tuple[Mutant, ...] = (
    *(
        Mutant(name, check, operation, accept_when(operation, kind, condition))
        for name, (check, operation, kind, condition) in FALSE_ACCEPTS.items()
    ),
    *(
        Mutant(name, check, operation, reject_when(operation, kind, condition))
        for name, (check, operation, kind, condition) in FALSE_REJECTS.items()
    ),
    *(Mutant(name, check, operation, mutation) for name, (check, operation, mutation) in OTHER_MUTATIONS.items()),
)
