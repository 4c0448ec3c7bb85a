"""Who spoils signatures: lets in what was not signed so, keeps out what was, or tells the wrong error."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable

from lookalike_contracts.checks.signature.parts import changed, part
from lookalike_specs.wire import Reply, Request

from . import flaw
from .lock import Answer, Lock, When, keeps_out, lets_in, says
from .saboteur import Honest, Saboteur

DAJI, TAOBAO = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl"
DAJI_FORM, DAJI_URL = "daji-1688/uploadImage", "daji-taobao/uploadImageByUrl"
BY_PIC, ADD, UPLOAD = "aliyun/SearchImageByPic", "aliyun/AddImage", "aliyun/PostObject"
PERMIT, ROA, ROA_ADD = "aliyun/AuthorizeFileUpload", "aliyun/SearchImage", "aliyun/AddImageRoa"
TMAPI, CONVERT, HIOBUY = "tmapi/searchItemsByImageUrl", "tmapi/convertImageUrl", "hiobuy/queryByImage"


def _forgetful(at: str, kind: str, nonce: str, *, by_bytes: bool) -> Answer:
    """A server that forgets nonces; or remembers whole requests and no nonces (`by_bytes`)."""
    lock, seen = Lock(at, kind), set[bytes]()

    def answer(honest: Honest, request: Request) -> Reply:
        whole = repr(request).encode()
        reply = honest(request) if not (by_bytes and whole in seen) else None
        seen.add(whole)
        if reply is None:
            return honest(request)
        replayed = b"SignatureNonceUsed" in reply.body and part(request, nonce) is not None
        return honest(lock.proven(request)) if replayed else reply

    return answer


def _lax(at: str, change: Callable[[dict[str, object]], dict[str, object]]) -> Answer:
    """A server that lets an upload in as if its policy said something else."""
    lock = Lock(at, "oss-policy")

    def answer(honest: Honest, request: Request) -> Reply:
        found = part(request, "policy")
        try:
            mine = lock.is_right(request) and lock.account["AccessKeyId"].encode() in request.body
            policy = json.loads(b64decode(found.value)) if found and mine else None
        except ValueError:
            policy = None
        if found is None or policy is None:
            return honest(request)
        return honest(lock.proven(changed(request, found, b64encode(json.dumps(change(policy)).encode()).decode())))

    return answer


ANY_SIZE = [["content-length-range", 0, 10**8]]
MISTAKES: dict[str, tuple[str, str, str, When]] = {
    # id: check, operation, scheme, what is let in
    "never-verified": ("signature/changed", TAOBAO, "daji-md5", flaw.wrong),
    "never-verified-rpc": ("signature/secret", BY_PIC, "acs-rpc", flaw.wrong),
    "verified-if-there": ("signature/missing", DAJI, "daji-md5", flaw.none),
    "verified-if-there-acs": ("signature/missing", BY_PIC, "acs3", flaw.none),
    "secret-for-sign": ("signature/missing", DAJI_FORM, "daji-md5", lambda lock, r: lock.shown(r) == lock.secret),
    "empty-token": ("signature/missing", TMAPI, "key", flaw.having("apiToken", lambda value, _: not value)),
    "empty-uuid": ("signature/missing", HIOBUY, "key", flaw.having("x-uuid", lambda value, _: not value)),
    "empty-app-key": ("signature/key", TAOBAO, "daji-md5", flaw.having("appKey", lambda value, _: not value)),
    "any-key": ("signature/key", PERMIT, "acs-rpc", flaw.having("AccessKeyId", lambda value, mine: value != mine)),
    "token-by-its-beginning": ("signature/key", CONVERT, "key", flaw.having("apiToken", lambda v, m: bool(v) and m.startswith(v))),
    "token-in-any-case": ("signature/key", TMAPI, "key", flaw.having("apiToken", lambda v, m: v.lower() == m.lower())),
    "uuid-and-more": ("signature/key", HIOBUY, "key", flaw.having("x-uuid", lambda value, mine: value.startswith(mine))),
    "empty-secret": ("signature/secret", DAJI, "daji-md5", flaw.by(lambda _: "")),
    "half-a-secret": ("signature/secret", ROA_ADD, "acs-roa", flaw.by(lambda secret: secret[:-1])),
    "key-for-secret": ("signature/secret", UPLOAD, "oss-policy", flaw.by(lambda _: "LTAI-lookalike-demo")),
    "secret-in-any-case": (
        "signature/secret", TAOBAO, "daji-secret", flaw.having("appSecret", lambda v, m: v.lower() == m.lower()),
    ),
    "page-size-unsigned": ("signature/unsigned", DAJI, "daji-md5", flaw.but_for("pageSize")),
    "country-unsigned": ("signature/unsigned", DAJI, "daji-md5", flaw.but_for("country")),
    "picture-unsigned": ("signature/unsigned", DAJI_URL, "daji-md5", flaw.but_for("pic_url")),
    "num-unsigned": ("signature/unsigned", BY_PIC, "acs-rpc", flaw.but_for("Num")),
    "time-unsigned": ("signature/unsigned", BY_PIC, "acs-rpc", flaw.but_for("SignatureNonce")),
    "version-unsigned": ("signature/unsigned", ROA, "acs3", flaw.but_for("x-acs-version")),
    "content-type-unsigned": ("signature/unsigned", ROA_ADD, "acs-roa", flaw.but_for("content-type")),
    "strangers-unsigned": ("signature/unsigned", DAJI, "daji-md5", flaw.but_for_strangers),
    "strangers-unsigned-rpc": ("signature/unsigned", BY_PIC, "acs-rpc", flaw.but_for_strangers),
    "seconds-unsigned": ("signature/changed", TAOBAO, "daji-md5", flaw.but_for_seconds),
    "body-unsigned": ("signature/body", BY_PIC, "acs3", flaw.but_for_body),
    "body-unsigned-roa": ("signature/body", ROA_ADD, "acs-roa", flaw.but_for_md5),
    "form-unsigned": ("signature/body", DAJI_FORM, "daji-md5", flaw.but_for_strangers),
    "any-case": ("signature/exact", DAJI, "daji-md5", flaw.much_like(lambda shown, made: shown.upper() == made)),
    "any-case-acs3": ("signature/exact", BY_PIC, "acs3", flaw.much_like(lambda shown, made: shown.lower() == made)),
    "begins-alike": ("signature/exact", TAOBAO, "daji-md5", flaw.much_like(lambda shown, made: made.startswith(shown))),
    "begins-with-it": ("signature/exact", PERMIT, "acs-rpc", flaw.much_like(lambda shown, made: shown.startswith(made))),
    "hexadecimal-too": ("signature/exact", BY_PIC, "acs-roa", flaw.much_like(lambda s, made: s == b64decode(made).hex())),
    "base64-too": (
        "signature/exact", BY_PIC, "acs3", flaw.much_like(lambda s, made: s == b64encode(bytes.fromhex(made)).decode()),
    ),
    "eight-letters-do": ("signature/exact", UPLOAD, "oss-policy", flaw.much_like(lambda s, made: s[:8] == made[:8] != s[8:])),
    "any-algorithm": ("signature/algorithm", BY_PIC, "acs3", flaw.names("authorization", "MD5")),
    "any-method": ("signature/algorithm", PERMIT, "acs-rpc", flaw.names("SignatureMethod", "MD5")),
    "any-version": ("signature/algorithm", ROA_ADD, "acs-roa", flaw.names("x-acs-signature-version", "9.0")),
    "never-too-late": ("signature/clock", BY_PIC, "acs3", flaw.off("x-acs-date", -1)),
    "never-too-early": ("signature/clock", PERMIT, "acs-rpc", flaw.off("Timestamp", 1)),
    "token-anywhere": ("signature/place", TMAPI, "key", flaw.having("apikey", lambda value, mine: value == mine)),
    "token-in-headers": ("signature/place", CONVERT, "key", flaw.having("apitoken", lambda value, mine: value == mine)),
    "uuid-anywhere": ("signature/place", HIOBUY, "key", flaw.having("X-Uuid", lambda value, mine: value == mine)),
    "secret-in-headers": ("signature/place", DAJI, "daji-secret", flaw.having("appsecret", lambda value, mine: value == mine)),
}  # fmt: skip
FEARS: dict[str, tuple[str, str, str, When]] = {
    # id: check, operation, scheme, what is kept out
    "no-chinese": ("signature/accepted", DAJI, "daji-md5", flaw.has("中文", "红色")),
    "no-tilde": ("signature/accepted", BY_PIC, "acs-rpc", flaw.has("~")),
    "no-star": ("signature/accepted", ROA, "acs3", flaw.has("*")),
    "no-plus": ("signature/accepted", TAOBAO, "daji-md5", flaw.has_a_plus),
    "no-space": ("signature/accepted", PERMIT, "acs-rpc", flaw.has(" ")),
    "no-empty-value": ("signature/accepted", DAJI, "daji-md5", flaw.has_an_empty_value),
    "not-many": ("signature/accepted", BY_PIC, "acs3", flaw.is_long),
    "sorted-as-words": ("signature/accepted", BY_PIC, "acs-roa", flaw.is_cased),
    "not-in-the-form": ("signature/accepted", BY_PIC, "acs-rpc", flaw.in_the_form),
    "not-without-nonce": ("signature/accepted", ROA_ADD, "acs-roa", flaw.without_nonce),
    "not-turned": ("signature/order", TAOBAO, "daji-md5", flaw.is_turned),
    "not-turned-acs3": ("signature/order", BY_PIC, "acs3", flaw.is_turned),
    "ten-minutes": ("signature/clock", BY_PIC, "acs3", flaw.ten_minutes_old),
}
OTHERS: dict[str, tuple[str, str, Answer]] = {
    "nonces-forgotten": ("signature/replayed", BY_PIC, _forgetful(BY_PIC, "acs3", "x-acs-signature-nonce", by_bytes=False)),
    "requests-remembered": ("signature/replayed", ADD, _forgetful(ADD, "acs-roa", "x-acs-signature-nonce", by_bytes=True)),
    "policy-for-ever": ("signature/policy", UPLOAD, _lax(UPLOAD, lambda p: {**p, "expiration": "2120-01-01T12:00:00.000Z"})),
    "policy-for-all": ("signature/policy", UPLOAD, _lax(UPLOAD, lambda policy: {**policy, "conditions": ANY_SIZE})),
    "sign-told-otherwise": ("signature/error", DAJI, says("签名错误", "签名不正确")),
    "sign-told-as-good": ("signature/error", TAOBAO, says("签名错误", "签名错误", 200)),
    "late-told-as-mismatch": ("signature/error", BY_PIC, says("InvalidTimeStamp.Expired", "SignatureDoesNotMatch")),
    "nonce-told-otherwise": ("signature/error", ROA_ADD, says("SignatureNonceUsed", "SignatureNonceInvalid")),
    "upload-told-otherwise": ("signature/error", UPLOAD, says("InvalidAccessKeyId", "AccessDenied")),
    "token-told-otherwise": ("signature/error", TMAPI, says("No API key found in request", "Unauthorized")),
    "uuid-told-otherwise": ("signature/error", HIOBUY, says("X-Uuid is required", "Parameter error")),
}  # fmt: skip
SIGNATURE: tuple[Saboteur, ...] = (
    *(Saboteur(id, check, at, lets_in(at, kind, when)) for id, (check, at, kind, when) in MISTAKES.items()),
    *(Saboteur(id, check, at, keeps_out(at, kind, when)) for id, (check, at, kind, when) in FEARS.items()),
    *(Saboteur(id, *spoiled) for id, spoiled in OTHERS.items()),
)
