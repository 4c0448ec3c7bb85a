"""What a finding is shown with: requests to repeat it, both sides of them, the place of the rule. No secrets."""

from .environment import get_variable_name
from .shown import Evidence, build_evidence
from .signed import sign_request

__all__ = ["Evidence", "build_evidence", "sign_request", "get_variable_name"]
