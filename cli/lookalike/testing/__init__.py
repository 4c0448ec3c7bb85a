"""What the pytest plugin is made of."""

from .played import ActiveSituation, MockApi
from .pool import MockPool
from .settings import Settings, read_settings
from .trial import TestSandbox

__all__ = ["ActiveSituation", "MockApi", "MockPool", "Settings", "TestSandbox", "read_settings"]
