"""Names under which clients send secrets, whichever API they mean."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

# Whole names, in lower case and without `-`, `_` and `.`. The signatures are among them: whoever has one can send the
# request again.
SECRET_NAMES: Final = frozenset({"cookie", "jwt", "pwd", "sid", "sign", "xuuid"})
# Ends of names: `TMAPI_TOKEN`, `vendorApiKey`, `x-acs-security-token`.
SECRET_NAME_ENDS: Final = (
    "apikey",
    "authkey",
    "authorization",
    "jsessionid",
    "passphrase",
    "passwd",
    "password",
    "phpsessid",
    "privatekey",
    "secret",
    "secretaccesskey",
    "secretkey",
    "sessionid",
    "signature",
    "token",
)
SEPARATORS: Final = b"-_."
VARIABLE_PREFIX: Final = "LOOKALIKE_"
# Words that come instead of a secret, or with any other text. As a secret they are covered where they stand alone, or
# `password` would leave nothing of `my_passwords`.
COMMON_WORDS: Final = frozenset(
    {
        "alibabacloud",
        "anonymous",
        "apitoken",
        "application",
        "appsecret",
        "authorization",
        "boundary",
        "changeme",
        "credential",
        "credentials",
        "demoinstance1",
        "document",
        "filename",
        "imagesearch",
        "language",
        "localhost",
        "lookalike",
        "multipart",
        "password",
        "placeholder",
        "platform",
        "response",
        "secretkey",
        "security",
        "signature",
        "situation",
        "something",
        "timestamp",
        "undefined",
        "unlimited",
        "username",
        "your-token",
        "your_token",
        "yourtoken",
    }
)


@lru_cache(maxsize=4096)
def is_secret_name(name: bytes) -> bool:
    """Return whether what has this name is a secret, at any API and in any letter case."""
    plain_name = name.translate(None, SEPARATORS).lower().decode("latin-1")
    return plain_name in SECRET_NAMES or plain_name.endswith(SECRET_NAME_ENDS)


def list_environment_secrets(environment: Mapping[str, str]) -> list[bytes]:
    """Return the credentials and the control token that our variables hold: `LOOKALIKE_TMAPI_APITOKEN`."""
    return [
        os.fsencode(value)
        for name, value in environment.items()
        if name.startswith(VARIABLE_PREFIX) and is_secret_name(name.encode("utf-8", "replace"))
    ]
