"""What the pytest plugin is made of."""

from .api_fixture import ActiveSituation, MockApi
from .sandboxes import MockPool, TestSandbox
from .settings import Settings, fail_usage, read_conformance_settings, read_settings
from .standalone import sandbox

__all__ = [
    "ActiveSituation",
    "MockApi",
    "MockPool",
    "Settings",
    "TestSandbox",
    "fail_usage",
    "read_conformance_settings",
    "read_settings",
    "sandbox",
]
