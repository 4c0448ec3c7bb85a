"""A driver for `lookalike vectors verify`: the five signatures, written from the vendors' documents alone.

Reads a task a line from stdin, answers each with a line on stdout. Take the scheme that you need, and put your own code
in its place. Needs nothing but Python.
"""

import base64
import hmac
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from hashlib import md5, sha256
from urllib.parse import parse_qsl, quote, unquote

pairs = partial(parse_qsl, keep_blank_values=True)  # a query or a form, decoded; `+` is a space, empty values stay
by_name = partial(sorted, key=lambda pair: pair[0])  # pairs of one name stay in their order
encode = partial(quote, safe="-_.~")  # as Alibaba Cloud signs


def body(request):
    """Return the bytes of a body."""
    return base64.b64decode(request["bodyBase64"]) if "bodyBase64" in request else request.get("body", "").encode()


def headers(request):
    """(name, value) in lower case and trimmed, `host` among them."""
    return [(name.lower(), value.strip()) for name, value in [("host", request["host"]), *request.get("headers", [])]]


def header(request, name):
    """Return the first header of that name; "" when there is none."""
    return first(headers(request), name)


def first(found, name):
    """Return the first value of that name; "" when there is none."""
    return next((value for key, value in found if key == name), "")


def parameters(request):
    """Those of the query, then those of a form."""
    media = header(request, "content-type").partition(";")[0].strip().lower()
    form = body(request).decode() if media == "application/x-www-form-urlencoded" else ""
    return pairs(request.get("query", "")) + pairs(form)


def field(request, name):
    """Return a field of a multipart form; "" when there is none."""
    found = re.search(rb'; name="%b"\r\n\r\n(.*?)\r\n--' % name.encode(), body(request), re.DOTALL)
    return found[1].decode() if found else ""


# ---------------------------------------------------------------- what is signed
def encoded(found):
    """Pairs sorted by name, encoded and joined."""
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in by_name(found))


def hmac_base64(key, text):
    """Base64 of HMAC-SHA1."""
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha1")).decode()


def daji(request, secret, _):
    """MD5 over sorted raw parameters; Java sorts UTF-16 code units."""
    found = [pair for pair in parameters(request) if pair[0] != "sign"]
    lines = [f"{name}={value}" for name, value in sorted(found, key=lambda pair: pair[0].encode("utf-16-be"))]
    text = "&".join([*lines, f"secret={secret}"])
    return "&".join(lines), text, md5(text.encode()).hexdigest().upper()


def rpc(request, secret, _):
    """HMAC-SHA1 over the parameters of query and form."""
    canonical = encoded(pair for pair in parameters(request) if pair[0] != "Signature")
    text = f"{request['method']}&%2F&{encode(canonical)}"
    return canonical, text, hmac_base64(secret + "&", text)


def roa(request, secret, _):
    """HMAC-SHA1 over method, four headers, the `x-acs-` headers, path and query."""
    standard = [header(request, name) for name in ("accept", "content-md5", "content-type", "date")]
    own = [f"{name}:{value}\n" for name, value in by_name(headers(request)) if name.startswith("x-acs-")]
    query = [f"{name}={value}" if value else name for name, value in by_name(pairs(request.get("query", "")))]
    canonical = "".join(own) + unquote(request["path"]) + ("?" + "&".join(query) if query else "")
    text = "\n".join([request["method"], *standard, canonical])
    return canonical, text, hmac_base64(secret, text)


def acs3(request, secret, signed_headers):
    """HMAC-SHA256 over the SHA-256 of a canonical request."""
    names = sorted({name.lower() for name in signed_headers})
    lines = [f"{name}:{','.join(sorted(v for n, v in headers(request) if n == name))}\n" for name in names]
    path = "/".join(encode(segment) for segment in unquote(request["path"]).split("/"))
    query, digest = encoded(pairs(request.get("query", ""))), sha256(body(request)).hexdigest()
    canonical = "\n".join([request["method"], path, query, "".join(lines), ";".join(names), digest])
    text = f"ACS3-HMAC-SHA256\n{sha256(canonical.encode()).hexdigest()}"
    return canonical, text, hmac.digest(secret.encode(), text.encode(), "sha256").hex()


def oss(request, secret, _):
    """HMAC-SHA1 over the text of the policy."""
    policy = field(request, "policy")
    return policy, policy, hmac_base64(secret, policy)


STAGES = {"daji-md5": daji, "acs-rpc": rpc, "acs-roa": roa, "acs3": acs3, "oss-policy": oss}


def stages(task, request, signed_headers=()):
    """Return what is sorted and joined, what is signed, and the signature."""
    secret = task["credentials"].get("appSecret") or task["credentials"]["AccessKeySecret"]
    made = STAGES[task["scheme"]](request, secret, signed_headers)
    return dict(zip(("canonical", "string-to-sign", "signature"), made, strict=True))


# ---------------------------------------------------------------- what a server asks
# Each question is a pair: what has to be so, and the refusal if it is not. The first refusal is the last question.
def right(theirs, *signed):
    """Whether a signature is the right one; how long it takes does not tell where it is wrong."""
    return hmac.compare_digest(theirs.encode(), stages(*signed)["signature"].encode())


def attempt(read, text):
    """Return what is read from a text; None when it cannot be read."""
    try:
        return read(text)
    except (ValueError, TypeError, KeyError):
        return None


def iso(text):
    """`2026-11-21T00:26:28Z`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def ask_daji(task, request):
    """Check the key and that there is one sign, the right one."""
    found = parameters(request)
    key, signs = first(found, "appKey"), [value for name, value in found if name == "sign"]
    yield "".join(signs), "missing-signature"
    yield key, "missing-key"
    yield key == task["credentials"]["appKey"], "unknown-key"
    yield len(signs) == 1, "malformed"
    yield right(signs[0], task, request), "mismatch"


PLACES = {  # where a time of signing, a nonce and a token stand, and how the time is read
    "acs-rpc": (parameters, "Timestamp", "SignatureNonce", "SecurityToken", iso),
    "acs-roa": (headers, "date", "x-acs-signature-nonce", "x-acs-security-token", parsedate_to_datetime),
    "acs3": (headers, "x-acs-date", "x-acs-signature-nonce", "x-acs-security-token", iso),
}


def covers(request, signed_headers):
    """Tell whether ACS3's list has all that has to be signed: `host`, `x-acs-*`, and `content-type` beside a body."""
    required = {name for name, _ in headers(request) if name == "host" or name.startswith("x-acs-")}
    if body(request) and header(request, "content-type"):
        required.add("content-type")
    return required <= {name.lower() for name in signed_headers}


def ask_acs(task, request, key, theirs, signed_headers=()):
    """RPC, ROA and ACS3: a time that is near, our key and its token, the right signature, a nonce that is new."""
    where, *names, read = PLACES[task["scheme"]]
    time, nonce, token = (first(where(request), name) for name in names)
    when, skew = attempt(read, time), timedelta(seconds=task["skew"])
    yield time, "missing-timestamp"
    yield when and when.tzinfo, "malformed-timestamp"
    yield task["now"] - when <= skew, "expired"
    yield when - task["now"] <= skew, "future"
    yield nonce or task["scheme"] == "acs-roa", "missing-nonce"
    yield key == task["credentials"]["AccessKeyId"], "unknown-key"
    yield token or "SecurityToken" not in task["credentials"], "missing-token"
    yield token == task["credentials"].get("SecurityToken", ""), "bad-token"
    yield right(theirs, task, request, signed_headers), "mismatch"
    yield task["scheme"] != "acs3" or covers(request, signed_headers), "unsigned-header"
    yield not nonce or (key, nonce) not in task["seen"], "replayed"
    task["seen"].add((key, nonce))


def ask_rpc(task, request):
    """Check method and version of signing, and that there is one signature."""
    found = parameters(request)
    key, signatures = first(found, "AccessKeyId"), [value for name, value in found if name == "Signature"]
    yield key, "missing-key"
    yield "".join(signatures), "missing-signature"
    yield len(signatures) == 1, "malformed"
    yield first(found, "SignatureMethod") == "HMAC-SHA1", "algorithm"
    yield first(found, "SignatureVersion") == "1.0", "version"
    yield from ask_acs(task, request, key, signatures[0])


def ask_roa(task, request):
    """Check `Authorization: acs <key>:<signature>`, and a body against its Content-MD5, where there is one."""
    word, _, rest = header(request, "authorization").partition(" ")
    key, _, theirs = rest.strip().partition(":")
    yield word, "missing-signature"
    yield word == "acs" or not rest, "algorithm"
    yield word == "acs" and key and theirs, "malformed"
    yield header(request, "x-acs-signature-method") in ("", "HMAC-SHA1"), "algorithm"
    yield header(request, "x-acs-signature-version") in ("", "1.0"), "version"
    yield header(request, "content-md5") in ("", base64.b64encode(md5(body(request)).digest()).decode()), "body-digest"
    yield from ask_acs(task, request, key, theirs)


def ask_acs3(task, request):
    """`ACS3-HMAC-SHA256 Credential=,SignedHeaders=,Signature=`; the digest of the body must fit."""
    word, _, rest = header(request, "authorization").partition(" ")
    found = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    key, names, theirs = (found.get(name) for name in ("Credential", "SignedHeaders", "Signature"))
    yield word, "missing-signature"
    yield word == "ACS3-HMAC-SHA256" or not rest, "algorithm"
    yield word == "ACS3-HMAC-SHA256" and key and names and theirs, "malformed"
    yield header(request, "x-acs-content-sha256") == sha256(body(request)).hexdigest(), "body-digest"
    yield from ask_acs(task, request, key, theirs, names.split(";"))


def ask_oss(task, request):
    """Key, policy and signature among the fields; the policy says until when."""
    key, policy, theirs = (field(request, name) for name in ("OSSAccessKeyId", "policy", "Signature"))
    yield theirs, "missing-signature"
    yield key, "missing-key"
    yield key == task["credentials"]["AccessKeyId"], "unknown-key"
    yield right(theirs, task, request), "mismatch"
    said = attempt(lambda text: json.loads(base64.b64decode(text, validate=True))["expiration"], policy)
    until = attempt(datetime.fromisoformat, said)
    yield until and until.tzinfo, "malformed"
    yield until > task["now"], "expired"


ASK = {"daji-md5": ask_daji, "acs-rpc": ask_rpc, "acs-roa": ask_roa, "acs3": ask_acs3, "oss-policy": ask_oss}


# ---------------------------------------------------------------- the driver
def verify(task):
    """Return a verdict on the last of several requests."""
    seen, refusal = set(), None
    for each in [*task["before"], task]:
        asked = ASK[task["scheme"]]({**task, "now": iso(each["clock"]), "seen": seen}, each["request"])
        refusal = next((why for fine, why in asked if not fine), None)
    return {"result": "invalid", "refusal": refusal} if refusal else {"result": "valid"}


def answer(task):
    """Return the answer to a task; a scheme that this driver does not know is not tested."""
    if task["scheme"] not in STAGES:
        return {"id": task["id"], "unsupported": f"no scheme {task['scheme']}"}
    if task["task"] == "verify":
        return {"id": task["id"], **verify(task)}
    return {"id": task["id"], "stages": stages(task, task["request"], task.get("signedHeaders"))}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
