"""Whether something outside keeps this machine's clock right: the kernel is told, and tells."""

import ctypes

_FAR_US = 16_000_000  # how wrong the kernel thinks it may be after hours in which nobody told it the time


class _Timex(ctypes.Structure):
    """The beginning of Linux's `struct timex`, and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_long * 64),
    )


def is_kept() -> bool:
    """Whether NTP keeps it; False too where the kernel does not say."""
    found = _Timex()  # modes: 0, only asks
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(found))
    except (AttributeError, OSError):
        return False
    return bool(state >= 0 and 0 <= found.maxerror < _FAR_US)
