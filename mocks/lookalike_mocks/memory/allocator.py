"""What the C library does with memory that a server has freed.

glibc takes a large block (a picture, a body) from the system and gives it back when it is freed. But it learns from
that: the next block of this size, and all below, come from its heap, which it then keeps until twice as much is free at its
end. After one picture of 30 MB a server would hold on to what small requests left behind, and grow for hours. Thresholds
that are set are never moved.
"""

from __future__ import annotations

import ctypes
import os
from typing import Final

# numbers of glibc's malloc.h
TRIM_THRESHOLD: Final = -1
MMAP_THRESHOLD: Final = -3
# glibc begins with these two as well
TRIM_BYTES: Final = 128 * 1024
MMAP_BYTES: Final = 128 * 1024


def keep_allocator_thresholds() -> bool:
    """Have freed memory given back for as long as this process lives; return whether that is so.

    Nothing is done without glibc, and where a variable such as `MALLOC_ARENA_MAX` says that somebody has chosen himself.
    """
    if any(name.startswith(("MALLOC_", "GLIBC_TUNABLES")) for name in os.environ):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        # musl and macOS have no such function, Windows no such library
        return False
    return bool(mallopt(TRIM_THRESHOLD, TRIM_BYTES)) and bool(mallopt(MMAP_THRESHOLD, MMAP_BYTES))
