"""What the pytest plugin is made of."""

from .played import Demanded, PlayedApi
from .pool import Pool
from .settings import Settings, settings
from .trial import Trial

__all__ = ["Demanded", "PlayedApi", "Pool", "Settings", "Trial", "settings"]
