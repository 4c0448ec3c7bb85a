"""What both APIs of Daji have in common: the signature, and the errors."""

from base64 import b64encode
from hashlib import md5
from pathlib import Path
from typing import Any

import httpx
from transport import (
    BadCredential,
    BadImage,
    BadRequest,
    BadSignature,
    QuotaExceeded,
    RateLimited,
    SearchError,
    Unavailable,
    call_api,
)

# the API has one code for many things, and only the words tell
ERRORS_BY_WORDS: dict[str, type[SearchError]] = {
    "签名": BadSignature,
    "次数": QuotaExceeded,
    "未开通": BadCredential,
    "图片不存在": BadImage,
    "图片无法": BadImage,
    "图片大小": BadImage,
}
ERRORS_BY_CODE: dict[int, type[SearchError]] = {
    400: BadRequest,
    401: BadCredential,
    404: BadRequest,
    405: BadRequest,
    429: RateLimited,
}


def sign(parameters: dict[str, str], credentials: dict[str, str]) -> dict[str, str]:
    """Return the parameters with `appKey` and `sign`: the MD5 of the sorted pairs as they are, the secret behind them."""
    signed = parameters | {"appKey": credentials["appKey"]}
    pairs = [f"{name}={signed[name]}" for name in sorted(signed)]
    text = "&".join([*pairs, f"secret={credentials['appSecret']}"])
    return signed | {"sign": md5(text.encode(), usedforsecurity=False).hexdigest().upper()}


def upload(task: Any, path: str) -> str:
    """Return the id that the API gives the picture, which goes there as a file. Raise SearchError."""
    picture = b64encode(Path(task.image_path).read_bytes()).decode()
    form = sign({"image_base64": picture}, task.credentials)
    image_id: str = call_api(
        lambda: httpx.Request("POST", task.base_url + path, data=form), read_image_id, task.timeout
    )
    return image_id


def read_image_id(status: int, body: dict[str, Any]) -> str:
    """Return the id of an answer. Raise SearchError for a refusal."""
    return str(read_data(status, body)["imageId"])


def read_data(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return the data of an envelope. Raise SearchError for a refusal."""
    code = body.get("code", status)
    # an error may come with HTTP 200
    if status != 200 or code != 200:
        raise build_error(status, code, str(body.get("message") or body.get("detail")))
    data: dict[str, Any] = body["data"]
    return data


def build_error(status: int, code: int, message: str) -> SearchError:
    """Return the error that a code and its words mean."""
    error_class = ERRORS_BY_CODE.get(code, ERRORS_BY_CODE.get(status, Unavailable))
    for words, class_by_words in ERRORS_BY_WORDS.items():
        if words in message:
            error_class = class_by_words
    return error_class(f"{code}: {message}", may_retry=error_class is RateLimited)
