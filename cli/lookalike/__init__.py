"""Lookalike: five Chinese image-search APIs, without keys and without a network."""

import sys as _sys
from importlib import import_module as _import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lookalike_mocks import Mock, Quota, Sandbox

    from . import strategies as strategies
    from .embed import RunningMock, respx_router, serve, transport
    from .testing import MockApi as MockApi
    from .testing import sandbox as sandbox

__version__ = "0.1.0"
__all__ = ["Mock", "Quota", "RunningMock", "Sandbox", "__version__", "respx_router", "serve", "transport"]


def __getattr__(name: str) -> "Any":
    """Import on first use, so that `import lookalike` costs nothing."""
    if name in __all__:
        return getattr(_import_module(f"{__name__}.embed"), name)
    if name == "strategies":  # needs Hypothesis
        return _import_module(f"{__name__}.strategies")
    if name in ("MockApi", "sandbox"):  # need pytest
        return getattr(_import_module(f"{__name__}.testing"), name)
    # with name and obj, Python's traceback says "Did you mean: 'serve'?"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=_sys.modules[__name__])


def __dir__() -> list[str]:
    # without what this module needs itself, and without submodules that happen to be loaded
    dunders = [name for name in globals() if name.startswith("__")]
    return sorted({*dunders, *__all__, "MockApi", "sandbox", "strategies"})
