"""The variables by which a command finds its sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lookalike_contracts.reproduction.secrets import get_variable_name
from lookalike_mocks import Sandbox

from ..control_token import VARIABLE as CONTROL_TOKEN

BASE_URL: Final = "LOOKALIKE_BASE_URL"
SANDBOX: Final = "LOOKALIKE_SANDBOX"


def build_variables(sandbox: Sandbox, base_url: str, control_token: str) -> dict[str, str]:
    """Return where the APIs are, by the names that `lookalike check` and `lookalike certify` have for them too."""
    variables = {BASE_URL: base_url, SANDBOX: sandbox.name, CONTROL_TOKEN: control_token}
    for api, credentials in sandbox.credentials.items():
        variables[get_variable_name(api, "url")] = base_url
        variables |= _name_credentials(api, credentials)
    return variables


def _name_credentials(api: str, credentials: Mapping[str, str]) -> dict[str, str]:
    return {get_variable_name(api, name): value for name, value in credentials.items()}
