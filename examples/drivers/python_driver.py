"""A driver for `lookalike vectors verify`: the five signatures, written from the vendors' documents alone.

Reads a task a line from stdin, answers each with a line on stdout. Take the scheme that you need, and put your own code
in its place. Needs nothing but Python.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote, unquote

FORM = "application/x-www-form-urlencoded"


class Refused(Exception):
    """Why a request is refused, in the words of the vectors."""


# ---------------------------------------------------------------- requests


def body(request):
    """The bytes of a body."""
    return base64.b64decode(request["bodyBase64"]) if "bodyBase64" in request else request.get("body", "").encode()


def headers(request):
    """(name, value) in lower case and trimmed, `host` among them."""
    sent = [["host", request["host"]], *request.get("headers", [])]
    return [(name.lower(), value.strip()) for name, value in sent]


def header(request, name):
    """The first header of that name; "" when there is none."""
    return next((value for key, value in headers(request) if key == name), "")


def pairs(text):
    """A query or a form, decoded; `+` is a space, empty values stay."""
    return parse_qsl(text, keep_blank_values=True)


def parameters(request):
    """Those of the query, then those of a form."""
    is_form = header(request, "content-type").partition(";")[0].strip().lower() == FORM
    return pairs(request.get("query", "")) + (pairs(body(request).decode()) if is_form else [])


def first(found, name):
    """The first value of that name; "" when there is none."""
    return next((value for key, value in found if key == name), "")


def field(request, name):
    """A field of a multipart form; "" when there is none."""
    found = re.search(rb'; name="%b"\r\n\r\n(.*?)\r\n--' % name.encode(), body(request), re.DOTALL)
    return found[1].decode() if found else ""


def encode(text):
    """Percent-encoding as Alibaba Cloud signs it."""
    return quote(text, safe="-_.~")


def encoded(found):
    """Pairs sorted by name, encoded and joined."""
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in sorted(found, key=lambda pair: pair[0]))


def hmac_base64(key, text):
    """Base64 of HMAC-SHA1."""
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha1")).decode()


# ---------------------------------------------------------------- the schemes: what is signed


def daji(request, secret, _):
    """MD5 over sorted raw parameters; Java sorts UTF-16 code units."""
    found = sorted(
        (pair for pair in parameters(request) if pair[0] != "sign"), key=lambda pair: pair[0].encode("utf-16-be")
    )
    canonical = "&".join(f"{name}={value}" for name, value in found)
    text = f"{canonical}&secret={secret}" if canonical else f"secret={secret}"
    return {"canonical": canonical, "string-to-sign": text, "signature": hashlib.md5(text.encode()).hexdigest().upper()}


def rpc(request, secret, _):
    """HMAC-SHA1 over the parameters of query and form."""
    canonical = encoded(pair for pair in parameters(request) if pair[0] != "Signature")
    text = f"{request['method']}&%2F&{encode(canonical)}"
    return {"canonical": canonical, "string-to-sign": text, "signature": hmac_base64(secret + "&", text)}


def roa(request, secret, _):
    """HMAC-SHA1 over method, four headers, the `x-acs-` headers, path and query."""
    standard = [header(request, name) for name in ("accept", "content-md5", "content-type", "date")]
    own = sorted((pair for pair in headers(request) if pair[0].startswith("x-acs-")), key=lambda pair: pair[0])
    query = sorted(pairs(request.get("query", "")), key=lambda pair: pair[0])
    resource = unquote(request["path"])
    if query:
        resource += "?" + "&".join(f"{name}={value}" if value else name for name, value in query)
    canonical = "".join(f"{name}:{value}\n" for name, value in own) + resource
    text = "\n".join([request["method"], *standard, canonical])
    return {"canonical": canonical, "string-to-sign": text, "signature": hmac_base64(secret, text)}


def acs3(request, secret, signed_headers):
    """HMAC-SHA256 over the SHA-256 of a canonical request."""
    names = sorted({name.lower() for name in signed_headers})
    lines = [f"{name}:{','.join(sorted(v for n, v in headers(request) if n == name))}\n" for name in names]
    path = "/".join(encode(segment) for segment in unquote(request["path"]).split("/"))
    query, digest = encoded(pairs(request.get("query", ""))), hashlib.sha256(body(request)).hexdigest()
    canonical = "\n".join([request["method"], path, query, "".join(lines), ";".join(names), digest])
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return {
        "canonical": canonical,
        "string-to-sign": text,
        "signature": hmac.digest(secret.encode(), text.encode(), "sha256").hex(),
    }


def oss_policy(request, secret, _):
    """HMAC-SHA1 over the text of the policy."""
    policy = field(request, "policy")
    return {"canonical": policy, "string-to-sign": policy, "signature": hmac_base64(secret, policy)}


STAGES = {"daji-md5": daji, "acs-rpc": rpc, "acs-roa": roa, "acs3": acs3, "oss-policy": oss_policy}


# ---------------------------------------------------------------- the schemes: what a server asks


def require(fine, refusal):
    """Refuse unless it is fine."""
    if not fine:
        raise Refused(refusal)


def timely(text, read, task):
    """Whether a time of signing is there, is one, and is near."""
    require(text, "missing-timestamp")
    try:
        when = read(text)
    except (ValueError, TypeError):
        raise Refused("malformed-timestamp") from None
    late, skew = task["now"] - when, timedelta(seconds=task["skew"])
    require(late <= skew, "expired")
    require(late >= -skew, "future")


def iso(text):
    """`2026-11-21T00:26:28Z`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def owner(task, key, token):
    """Whether the key is the one that we know, and has its token."""
    require(key == task["credentials"]["AccessKeyId"], "unknown-key")
    expected = task["credentials"].get("SecurityToken", "")
    require(token or not expected, "missing-token")
    require(token == expected, "bad-token")


def once(task, key, nonce):
    """Whether this key's nonce is new; from now on it is not."""
    require((key, nonce) not in task["seen"], "replayed")
    task["seen"].add((key, nonce))


def check_daji(task, request):
    """Daji: the key, one sign, the right one."""
    found = parameters(request)
    signs = [value for name, value in found if name == "sign"]
    require("".join(signs), "missing-signature")
    key = first(found, "appKey")
    require(key, "missing-key")
    require(key == task["credentials"]["appKey"], "unknown-key")
    require(len(signs) == 1, "malformed")
    require(hmac.compare_digest(signs[0].encode(), made(task, request).encode()), "mismatch")


def check_rpc(task, request):
    """RPC: method and version, the time, the nonce, the signature."""
    found = parameters(request)
    key, theirs, nonce = (first(found, name) for name in ("AccessKeyId", "Signature", "SignatureNonce"))
    require(key, "missing-key")
    require(first(found, "SignatureMethod") == "HMAC-SHA1", "algorithm")
    require(first(found, "SignatureVersion") == "1.0", "version")
    timely(first(found, "Timestamp"), iso, task)
    require(nonce, "missing-nonce")
    require(theirs, "missing-signature")
    require(sum(name == "Signature" for name, _ in found) == 1, "malformed")
    owner(task, key, first(found, "SecurityToken"))
    require(hmac.compare_digest(theirs.encode(), made(task, request).encode()), "mismatch")
    once(task, key, nonce)


def check_roa(task, request):
    """ROA: `Authorization: acs <key>:<signature>`; a body must fit its Content-MD5; a nonce is optional."""
    word, _, rest = header(request, "authorization").partition(" ")
    key, _, theirs = rest.strip().partition(":")
    require(word or rest, "missing-signature")
    require(word == "acs" or not rest, "algorithm")
    require(word == "acs" and key and theirs, "malformed")
    require(header(request, "x-acs-signature-method") in ("", "HMAC-SHA1"), "algorithm")
    require(header(request, "x-acs-signature-version") in ("", "1.0"), "version")
    timely(header(request, "date"), parsedate_to_datetime, task)
    owner(task, key, header(request, "x-acs-security-token"))
    digest = base64.b64encode(hashlib.md5(body(request)).digest()).decode()
    require(header(request, "content-md5") in ("", digest), "body-digest")
    require(hmac.compare_digest(theirs.encode(), made(task, request).encode()), "mismatch")
    if nonce := header(request, "x-acs-signature-nonce"):
        once(task, key, nonce)


def check_acs3(task, request):
    """ACS3: `ACS3-HMAC-SHA256 Credential=,SignedHeaders=,Signature=`; the digest of the body must fit."""
    word, _, rest = header(request, "authorization").partition(" ")
    require(word, "missing-signature")
    require(word == "ACS3-HMAC-SHA256" or not rest, "algorithm")
    found = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    key, names, theirs = (found.get(name, "") for name in ("Credential", "SignedHeaders", "Signature"))
    require(word == "ACS3-HMAC-SHA256" and key and names and theirs, "malformed")
    timely(header(request, "x-acs-date"), iso, task)
    nonce = header(request, "x-acs-signature-nonce")
    require(nonce, "missing-nonce")
    owner(task, key, header(request, "x-acs-security-token"))
    digest = hashlib.sha256(body(request)).hexdigest()
    require(header(request, "x-acs-content-sha256") == digest, "body-digest")
    require(hmac.compare_digest(theirs.encode(), made(task, request, names.split(";")).encode()), "mismatch")
    once(task, key, nonce)


def check_oss_policy(task, request):
    """OSS: key, policy and signature among the fields; the policy says until when."""
    key, theirs = field(request, "OSSAccessKeyId"), field(request, "Signature")
    require(theirs, "missing-signature")
    require(key, "missing-key")
    require(key == task["credentials"]["AccessKeyId"], "unknown-key")
    require(hmac.compare_digest(theirs.encode(), made(task, request).encode()), "mismatch")
    try:
        policy = json.loads(base64.b64decode(field(request, "policy"), validate=True))
        until = datetime.fromisoformat(policy["expiration"].replace("Z", "+00:00"))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused("malformed") from None
    require(until.tzinfo, "malformed")
    require(until > task["now"], "expired")


CHECKS = {
    "daji-md5": check_daji,
    "acs-rpc": check_rpc,
    "acs-roa": check_roa,
    "acs3": check_acs3,
    "oss-policy": check_oss_policy,
}


# ---------------------------------------------------------------- the driver


def secret_of(task):
    """Whatever the vendor calls it."""
    return task["credentials"].get("appSecret") or task["credentials"]["AccessKeySecret"]


def made(task, request, signed_headers=()):
    """The signature that the request should have."""
    return STAGES[task["scheme"]](request, secret_of(task), signed_headers)["signature"]


def sign(task):
    """The stages of a signature."""
    return {"stages": STAGES[task["scheme"]](task["request"], secret_of(task), task.get("signedHeaders", []))}


def verify(task):
    """A verdict on the last of several requests."""
    seen, verdict = set(), {}
    for each in [*task.get("before", []), {"clock": task["clock"], "request": task["request"]}]:
        state = {**task, "now": iso(each["clock"]), "seen": seen}
        try:
            CHECKS[task["scheme"]](state, each["request"])
            verdict = {"result": "valid"}
        except Refused as refused:
            verdict = {"result": "invalid", "refusal": str(refused)}
    return verdict


TASKS = {"sign": sign, "verify": verify}


def answer(task):
    """What is answered to a task; a scheme that this driver does not know is not tested."""
    if task["scheme"] not in STAGES:
        return {"id": task["id"], "unsupported": f"no scheme {task['scheme']}"}
    return {"id": task["id"], **TASKS[task["task"]](task)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
