"""The whole family of saboteurs."""

from .determinism import REPEAT_MUTANTS
from .error import ERROR_MUTANTS
from .filters import FILTER_MUTANTS
from .image import IMAGE_MUTANTS
from .item import ITEM_MUTANTS
from .language import LANGUAGE_MUTANTS
from .mutant import Mutant
from .order import ORDER_MUTANTS
from .paging import PAGING_MUTANTS
from .parameters import LIMITS_MUTANTS
from .ranges import RANGE_MUTANTS
from .region import REGION_MUTANTS
from .request import REQUEST_MUTANTS
from .response import RESPONSE_MUTANTS
from .signature import SIGNATURE_MUTANTS

MUTANTS: tuple[Mutant, ...] = (
    *REQUEST_MUTANTS,
    *PAGING_MUTANTS,
    *ORDER_MUTANTS,
    *RANGE_MUTANTS,
    *FILTER_MUTANTS,
    *LANGUAGE_MUTANTS,
    *REGION_MUTANTS,
    *REPEAT_MUTANTS,
    *ITEM_MUTANTS,
    *SIGNATURE_MUTANTS,
    *RESPONSE_MUTANTS,
    *ERROR_MUTANTS,
    *LIMITS_MUTANTS,
    *IMAGE_MUTANTS,
)
