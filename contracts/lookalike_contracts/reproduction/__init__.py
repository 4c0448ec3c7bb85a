"""What a finding is shown with: requests to repeat it, both sides of them, the place of the rule. No secrets."""

from .evidence import Evidence, build_evidence
from .httpx_auth import sign_request
from .secrets import get_variable_name

__all__ = ["Evidence", "build_evidence", "get_variable_name", "sign_request"]
