"""Who spoils signatures: lets in what was not signed so, keeps out what was, or tells the wrong error."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable

from lookalike_contracts.checks.signature.request_edit import find_part, replace_value
from lookalike_specs.messages import Request, Response

from . import flaw
from .lock import CredentialMutation, RequestCondition, SchemeOracle, accept_when, reject_when, reword_error
from .mutant import Mutant, Respond

DAJI_1688, TAOBAO = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl"
DAJI_FORM, DAJI_URL = "daji-1688/uploadImage", "daji-taobao/uploadImageByUrl"
BY_PIC, ADD_IMAGE, UPLOAD = "aliyun/SearchImageByPic", "aliyun/AddImage", "aliyun/PostObject"
AUTHORIZE, ROA, ADD_IMAGE_ROA = "aliyun/AuthorizeFileUpload", "aliyun/SearchImage", "aliyun/AddImageRoa"
TMAPI, CONVERT, HIOBUY = "tmapi/searchItemsByImageUrl", "tmapi/convertImageUrl", "hiobuy/queryByImage"


def _forget_nonces(at: str, kind: str, nonce: str, *, by_bytes: bool) -> CredentialMutation:
    """A server that forgets nonces; or remembers whole requests and no nonces (`by_bytes`)."""
    lock, seen = SchemeOracle(at, kind), set[bytes]()

    def answer(honest: Respond, request: Request) -> Response:
        whole = repr(request).encode()
        reply = honest(request) if not (by_bytes and whole in seen) else None
        seen.add(whole)
        if reply is None:
            return honest(request)
        replayed = b"SignatureNonceUsed" in reply.body and find_part(request, nonce) is not None
        return honest(lock.sign_request(request)) if replayed else reply

    return answer


def _relax_policy(at: str, change: Callable[[dict[str, object]], dict[str, object]]) -> CredentialMutation:
    """A server that lets an upload in as if its policy said something else."""
    lock = SchemeOracle(at, "oss-policy")

    def answer(honest: Respond, request: Request) -> Response:
        found = find_part(request, "policy")
        try:
            mine = lock.is_rightly_signed(request) and lock.account["AccessKeyId"].encode() in request.body
            policy = json.loads(b64decode(found.value)) if found and mine else None
        except ValueError:
            policy = None
        if found is None or policy is None:
            return honest(request)
        return honest(
            lock.sign_request(replace_value(request, found, b64encode(json.dumps(change(policy)).encode()).decode()))
        )

    return answer


ANY_SIZE = [["content-length-range", 0, 10**8]]
FALSE_ACCEPTS: dict[str, tuple[str, str, str, RequestCondition]] = {
    # id: check, operation, scheme, what is let in
    "never-verified": ("signature/changed", TAOBAO, "daji-md5", flaw.is_wrongly_signed),
    "never-verified-rpc": ("signature/secret", BY_PIC, "acs-rpc", flaw.is_wrongly_signed),
    "verified-if-there": ("signature/missing", DAJI_1688, "daji-md5", flaw.is_unsigned),
    "verified-if-there-acs": ("signature/missing", BY_PIC, "acs3", flaw.is_unsigned),
    "secret-for-sign": ("signature/missing", DAJI_FORM, "daji-md5", lambda lock, r: lock.read_signature(r) == lock.secret),
    "empty-token": ("signature/missing", TMAPI, "key", flaw.when_credential_resembles("apiToken", lambda value, _: not value)),
    "empty-uuid": ("signature/missing", HIOBUY, "key", flaw.when_credential_resembles("x-uuid", lambda value, _: not value)),
    "empty-app-key": ("signature/key", TAOBAO, "daji-md5", flaw.when_credential_resembles("appKey", lambda value, _: not value)),
    "any-key": ("signature/key", AUTHORIZE, "acs-rpc", flaw.when_credential_resembles("AccessKeyId", lambda value, mine: value != mine)),
    "token-by-its-beginning": ("signature/key", CONVERT, "key", flaw.when_credential_resembles("apiToken", lambda v, m: bool(v) and m.startswith(v))),
    "token-in-any-case": ("signature/key", TMAPI, "key", flaw.when_credential_resembles("apiToken", lambda v, m: v.lower() == m.lower())),
    "uuid-and-more": ("signature/key", HIOBUY, "key", flaw.when_credential_resembles("x-uuid", lambda value, mine: value.startswith(mine))),
    "empty-secret": ("signature/secret", DAJI_1688, "daji-md5", flaw.when_signed_with(lambda _: "")),
    "half-a-secret": ("signature/secret", ADD_IMAGE_ROA, "acs-roa", flaw.when_signed_with(lambda secret: secret[:-1])),
    "key-for-secret": ("signature/secret", UPLOAD, "oss-policy", flaw.when_signed_with(lambda _: "LTAI-lookalike-demo")),
    "secret-in-any-case": (
        "signature/secret", TAOBAO, "daji-secret", flaw.when_credential_resembles("appSecret", lambda v, m: v.lower() == m.lower()),
    ),
    "page-size-unsigned": ("signature/unsigned", DAJI_1688, "daji-md5", flaw.when_valid_without("pageSize")),
    "country-unsigned": ("signature/unsigned", DAJI_1688, "daji-md5", flaw.when_valid_without("country")),
    "picture-unsigned": ("signature/unsigned", DAJI_URL, "daji-md5", flaw.when_valid_without("pic_url")),
    "num-unsigned": ("signature/unsigned", BY_PIC, "acs-rpc", flaw.when_valid_without("Num")),
    "time-unsigned": ("signature/unsigned", BY_PIC, "acs-rpc", flaw.when_valid_without("SignatureNonce")),
    "version-unsigned": ("signature/unsigned", ROA, "acs3", flaw.when_valid_without("x-acs-version")),
    "content-type-unsigned": ("signature/unsigned", ADD_IMAGE_ROA, "acs-roa", flaw.when_valid_without("content-type")),
    "strangers-unsigned": ("signature/unsigned", DAJI_1688, "daji-md5", flaw.is_valid_without_unknown),
    "strangers-unsigned-rpc": ("signature/unsigned", BY_PIC, "acs-rpc", flaw.is_valid_without_unknown),
    "seconds-unsigned": ("signature/changed", TAOBAO, "daji-md5", flaw.is_valid_with_first_values),
    "body-unsigned": ("signature/body", BY_PIC, "acs3", flaw.is_valid_with_stated_digest),
    "body-unsigned-roa": ("signature/body", ADD_IMAGE_ROA, "acs-roa", flaw.is_valid_with_wrong_md5),
    "form-unsigned": ("signature/body", DAJI_FORM, "daji-md5", flaw.is_valid_without_unknown),
    "any-case": ("signature/exact", DAJI_1688, "daji-md5", flaw.when_signature_resembles(lambda shown, made: shown.upper() == made)),
    "any-case-acs3": ("signature/exact", BY_PIC, "acs3", flaw.when_signature_resembles(lambda shown, made: shown.lower() == made)),
    "begins-alike": ("signature/exact", TAOBAO, "daji-md5", flaw.when_signature_resembles(lambda shown, made: made.startswith(shown))),
    "begins-with-it": ("signature/exact", AUTHORIZE, "acs-rpc", flaw.when_signature_resembles(lambda shown, made: shown.startswith(made))),
    "hexadecimal-too": ("signature/exact", BY_PIC, "acs-roa", flaw.when_signature_resembles(lambda s, made: s == b64decode(made).hex())),
    "base64-too": (
        "signature/exact", BY_PIC, "acs3", flaw.when_signature_resembles(lambda s, made: s == b64encode(bytes.fromhex(made)).decode()),
    ),
    "eight-letters-do": ("signature/exact", UPLOAD, "oss-policy", flaw.when_signature_resembles(lambda s, made: s[:8] == made[:8] != s[8:])),
    "any-algorithm": ("signature/algorithm", BY_PIC, "acs3", flaw.when_part_contains("authorization", "MD5")),
    "any-method": ("signature/algorithm", AUTHORIZE, "acs-rpc", flaw.when_part_contains("SignatureMethod", "MD5")),
    "any-version": ("signature/algorithm", ADD_IMAGE_ROA, "acs-roa", flaw.when_part_contains("x-acs-signature-version", "9.0")),
    "never-too-late": ("signature/clock", BY_PIC, "acs3", flaw.when_clock_is_off("x-acs-date", -1)),
    "never-too-early": ("signature/clock", AUTHORIZE, "acs-rpc", flaw.when_clock_is_off("Timestamp", 1)),
    "token-anywhere": ("signature/place", TMAPI, "key", flaw.when_credential_resembles("apikey", lambda value, mine: value == mine)),
    "token-in-headers": ("signature/place", CONVERT, "key", flaw.when_credential_resembles("apitoken", lambda value, mine: value == mine)),
    "uuid-anywhere": ("signature/place", HIOBUY, "key", flaw.when_credential_resembles("X-Uuid", lambda value, mine: value == mine)),
    "secret-in-headers": ("signature/place", DAJI_1688, "daji-secret", flaw.when_credential_resembles("appsecret", lambda value, mine: value == mine)),
}  # fmt: skip
FALSE_REJECTS: dict[str, tuple[str, str, str, RequestCondition]] = {
    # id: check, operation, scheme, what is kept out
    "no-chinese": ("signature/accepted", DAJI_1688, "daji-md5", flaw.when_query_contains("中文", "红色")),
    "no-tilde": ("signature/accepted", BY_PIC, "acs-rpc", flaw.when_query_contains("~")),
    "no-star": ("signature/accepted", ROA, "acs3", flaw.when_query_contains("*")),
    "no-plus": ("signature/accepted", TAOBAO, "daji-md5", flaw.has_a_plus),
    "no-space": ("signature/accepted", AUTHORIZE, "acs-rpc", flaw.when_query_contains(" ")),
    "no-empty-value": ("signature/accepted", DAJI_1688, "daji-md5", flaw.has_an_empty_value),
    "not-many": ("signature/accepted", BY_PIC, "acs3", flaw.has_many_parts),
    "sorted-as-words": ("signature/accepted", BY_PIC, "acs-roa", flaw.is_order_case_sensitive),
    "not-in-the-form": ("signature/accepted", BY_PIC, "acs-rpc", flaw.is_signed_in_form),
    "not-without-nonce": ("signature/accepted", ADD_IMAGE_ROA, "acs-roa", flaw.has_no_nonce),
    "not-turned": ("signature/order", TAOBAO, "daji-md5", flaw.is_reordered),
    "not-turned-acs3": ("signature/order", BY_PIC, "acs3", flaw.is_reordered),
    "ten-minutes": ("signature/clock", BY_PIC, "acs3", flaw.is_ten_minutes_old),
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
    *(Mutant(id, check, at, accept_when(at, kind, when)) for id, (check, at, kind, when) in FALSE_ACCEPTS.items()),
    *(Mutant(id, check, at, reject_when(at, kind, when)) for id, (check, at, kind, when) in FALSE_REJECTS.items()),
    *(Mutant(id, *spoiled) for id, spoiled in OTHER_MUTATIONS.items()),
)
