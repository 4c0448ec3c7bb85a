"""The whole family of saboteurs."""

from .paging import PAGING
from .saboteur import Saboteur

SABOTEURS: tuple[Saboteur, ...] = (*PAGING,)
