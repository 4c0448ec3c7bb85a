"""The whole family of saboteurs."""

from .answer import ANSWER
from .error import ERROR
from .filter import FILTER
from .item import ITEM
from .language import LANGUAGE
from .limits import LIMITS
from .order import ORDER
from .paging import PAGING
from .picture import PICTURES
from .range import RANGE
from .region import REGION
from .repeat import REPEAT
from .request import REQUEST
from .saboteur import Saboteur
from .signature import SIGNATURE

SABOTEURS: tuple[Saboteur, ...] = (
    *REQUEST,
    *PAGING,
    *ORDER,
    *RANGE,
    *FILTER,
    *LANGUAGE,
    *REGION,
    *REPEAT,
    *ITEM,
    *SIGNATURE,
    *ANSWER,
    *ERROR,
    *LIMITS,
    *PICTURES,
)
