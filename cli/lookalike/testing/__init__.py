"""What the pytest plugin is made of."""

from .api_fixture import ActiveSituation, MockApi
from .sandboxes import MockPool, TestSandbox
from .settings import Settings, read_settings

__all__ = ["ActiveSituation", "MockApi", "MockPool", "Settings", "TestSandbox", "read_settings"]
