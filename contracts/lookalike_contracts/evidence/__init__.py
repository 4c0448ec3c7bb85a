"""What a finding is shown with: requests to repeat it, both sides of them, the place of the rule. No secrets."""

from .environment import variable
from .shown import Shown, shown
from .signed import signed

__all__ = ["Shown", "shown", "signed", "variable"]
