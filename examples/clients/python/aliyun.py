"""A client of Alibaba Cloud Image Search. `lookalike certify aliyun --client aliyun:search`."""

import hmac
import uuid
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from transport import (
    ERROR_KINDS,
    BadCredential,
    BadImage,
    BadRequest,
    BadSignature,
    QuotaExceeded,
    RateLimited,
    SearchError,
    Unavailable,
    call_api,
    collect_pages,
)

__all__ = ["ERROR_KINDS", "search", "search_all"]
ALGORITHM = "ACS3-HMAC-SHA256"
# how a code begins -> the error; the first that fits
ERRORS: dict[str, type[SearchError]] = {
    "InvalidAccessKeyId": BadCredential,
    "InvalidSecurityToken": BadCredential,
    "MissingAccessKeyId": BadCredential,
    "MissingSecurityToken": BadCredential,
    "NoPermission": BadCredential,
    "SignatureDoesNotMatch": BadSignature,
    "SignatureNonceUsed": BadSignature,
    "IncompleteSignature": BadSignature,
    "InvalidTimeStamp": BadSignature,
    "MissingTimestamp": BadSignature,
    "MissingSignature": BadSignature,
    "ContentMD5NotMatched": BadSignature,
    "InstanceOverQuota": QuotaExceeded,
    "InstanceStatusError": QuotaExceeded,
    "Throttling": RateLimited,
    "DeniedRequest": RateLimited,
    "UnsupportedPic": BadImage,
    "IncorrectOrientation": BadImage,
    "InvalidPicContent": BadImage,
    "InvalidPicUrl": BadImage,
    "PictureError": BadImage,
    "TimeoutForTransferImage": BadImage,
    "SearchTimeout": Unavailable,
}
# the server's own failures that no other attempt mends
PERMANENT_FAILURES = {"UnsupportedInstanceType", "UnsupportedOperationType"}


def search(task: Any) -> dict[str, Any]:
    """Return one page of goods, and how many there are in all. Raise SearchError."""
    return search_page(task, task.page, task.timeout)


def search_all(task: Any) -> dict[str, Any]:
    """Return the goods of all pages. Raise SearchError."""
    return collect_pages(lambda page, timeout: search_page(task, page, timeout), task.timeout)


def search_page(task: Any, page: int, timeout: float) -> dict[str, Any]:
    """Return one page of the instance's pictures that look like another, and how many there are. Raise SearchError."""
    form = {
        "InstanceName": task.credentials["InstanceName"],
        "PicContent": b64encode(Path(task.image_path).read_bytes()).decode(),
        "Start": str((page - 1) * task.page_size),
        "Num": str(task.page_size),
    }
    body = urlencode(form).encode()
    return call_api(lambda: build_request(task.base_url, body, task.credentials), read_body, timeout)


def build_request(base_url: str, body: bytes, credentials: dict[str, str]) -> httpx.Request:
    """Return a signed request, with a time and a nonce of its own."""
    digest = sha256(body).hexdigest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "host": urlsplit(base_url).netloc,
        "x-acs-action": "SearchImageByPic",
        "x-acs-content-sha256": digest,
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-version": "2020-12-14",
    }
    if "SecurityToken" in credentials:
        headers["x-acs-security-token"] = credentials["SecurityToken"]
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = "\n".join(("POST", "/", "", lines, ";".join(names), digest))
    string_to_sign = f"{ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(credentials["AccessKeySecret"].encode(), string_to_sign.encode(), "sha256").hex()
    headers["authorization"] = (
        f"{ALGORITHM} Credential={credentials['AccessKeyId']},SignedHeaders={';'.join(names)},Signature={signature}"
    )
    return httpx.Request("POST", f"{base_url}/", headers=headers, content=body)


def read_body(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return the pictures of an answer. Raise SearchError for a refusal."""
    # Image Search may refuse with HTTP 200
    if status != 200 or body.get("Code") != 0:
        raise build_error(status, str(body.get("Code")), str(body.get("Message")))
    head = body["Head"]
    # which of the two is the total, their names and their descriptions say differently; it is never the smaller one
    total = max(head["DocsReturn"], head["DocsFound"])
    return {"items": [read_item(item) for item in body["Auctions"]], "total": total}


def build_error(status: int, code: str, message: str) -> SearchError:
    """Return the error that a code means."""
    error_class: type[SearchError] = BadRequest
    if status >= 500:
        error_class = Unavailable
    for beginning, class_by_code in ERRORS.items():
        if code.startswith(beginning):
            error_class = class_by_code
            break
    if error_class is BadSignature:
        # the vendor repeats what was signed, with the key's id in it
        message = message.partition("server ")[0]
    may_retry = error_class in (RateLimited, Unavailable) and code not in PERMANENT_FAILURES
    return error_class(f"{code}: {message}", may_retry=may_retry)


def read_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return a picture of the answer: a product has several, so the id is of both."""
    return {"id": f"{item['ProductId']}/{item['PicName']}"}
