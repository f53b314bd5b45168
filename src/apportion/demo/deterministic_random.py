"""Numbers that look random and depend on nothing but a seed and what they are for.

A generator with a state would tie each number to all that were drawn before it: the same line of a
bill would differ with the size of a chunk. Here a number is a hash (splitmix64) of its coordinates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def hashes(seed: int, purpose: int, *coordinates: Ints | int) -> Hashes:
    """Hash coordinates, broadcast against each other; `purpose` keeps uses of them apart."""
    state = np.asarray([seed], dtype=np.int64).astype(np.uint64)
    for part in (purpose, *coordinates):
        state = _mix(state + _mix(np.asarray(part, dtype=np.int64).astype(np.uint64)))
    return state


def uniform(seed: int, purpose: int, *coordinates: Ints | int) -> Floats:
    """Numbers from 0 up to but not including 1, with 32 bits: exact in every later step."""
    return (hashes(seed, purpose, *coordinates) >> np.uint64(32)).astype(np.float64) / 2.0**32


def whole(seed: int, purpose: int, below: int, *coordinates: Ints | int) -> Ints:
    """Whole numbers from 0 up to but not including `below`."""
    return (hashes(seed, purpose, *coordinates) % np.uint64(below)).astype(np.int64)


def _mix(value: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        value = value + _STEP
        value = (value ^ (value >> np.uint64(30))) * _FIRST
        value = (value ^ (value >> np.uint64(27))) * _SECOND
        return value ^ (value >> np.uint64(31))
