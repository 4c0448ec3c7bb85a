"""Credentials in the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from lookalike_specs import Api


def get_variable_name(api: str, name: str) -> str:
    """The variable that holds a credential: `LOOKALIKE_<API>_<NAME>`, upper case, `_` for what is no letter."""
    return "LOOKALIKE_" + re.sub(r"[^A-Z0-9]", "_", f"{api}_{name}".upper())


def load_account(api: Api, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The credentials that the environment has for an API; the demo account's where it says nothing."""
    return {name: environment.get(get_variable_name(api.id, name), value) for name, value in api.account.items()}
