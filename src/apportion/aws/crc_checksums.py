"""The CRC checksums that S3 states for objects and that Python's library lacks.

S3 computes CRC-64/NVME for an object that is uploaded without another checksum. A block is cut into
lanes that numpy steps through side by side, eight bytes a step; then the lanes are put together,
for a checksum of two parts follows from those of the parts. Parameters are those of the catalogue
of CRC algorithms (CRC-64/NVME, CRC-32/ISCSI); all bits are reflected, and start and end inverted.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]

_CRC_64_NVME = 0x9A6C9329AC4BC9B5
_CRC_32C = 0x82F63B78
_LARGEST = 22  # blocks of 2^22 bytes; smaller ones are for the rest
_SMALLEST = 12


class Crc:
    """A checksum of bytes that arrive in pieces."""

    def __init__(self, kind: str) -> None:
        self._polynomial, self._width = {
            "CRC64NVME": (_CRC_64_NVME, 64),
            "CRC32C": (_CRC_32C, 32),
        }[kind]
        self._ones = (1 << self._width) - 1
        self._state = self._ones

    def update(self, content: bytes | memoryview) -> None:
        view = memoryview(content)
        at = 0
        for power in range(_LARGEST, _SMALLEST - 1, -1):
            while len(view) - at >= 1 << power:
                self._block(view[at : at + (1 << power)], power)
                at += 1 << power
        table = [int(word) for word in _tables(self._polynomial)[0]]
        for byte in view[at:]:
            self._state = (self._state >> 8) ^ table[(self._state ^ byte) & 0xFF]

    def digest(self) -> bytes:
        """Return the checksum as S3 writes it before Base64: the highest byte first."""
        return (self._state ^ self._ones).to_bytes(self._width >> 3, "big")

    def _block(self, block: memoryview, power: int) -> None:
        """Process 2^power bytes."""
        of_lane = power >> 1
        words = np.frombuffer(block, dtype="<u8").reshape(-1, 1 << (of_lane - 3))
        lanes = _lanes(words, _tables(self._polynomial))
        while len(lanes) > 1:
            lanes = _moved_on(lanes[0::2], self._polynomial, of_lane) ^ lanes[1::2]
            of_lane += 1
        before = np.array([self._state], dtype=np.uint64)
        self._state = int((_moved_on(before, self._polynomial, power) ^ lanes)[0])


def _lanes(words: Words, tables: Words) -> Words:
    """Compute the checksum of each row, from zero."""
    state = np.zeros(len(words), dtype=np.uint64)
    low = np.uint64(0xFF)
    for step in range(words.shape[1]):
        mixed = state ^ words[:, step]
        state = tables[7][mixed & low]
        for byte in range(1, 8):
            state ^= tables[7 - byte][(mixed >> np.uint64(8 * byte)) & low]
    return state


def _moved_on(states: Words, polynomial: int, power: int) -> Words:
    """Let 2^power zero bytes follow each state; that is linear, bit by bit."""
    moved = np.zeros_like(states)
    for bit, becomes in enumerate(_zeros(polynomial, power)):
        moved ^= ((states >> np.uint64(bit)) & np.uint64(1)) * becomes
    return moved


@cache
def _zeros(polynomial: int, power: int) -> Words:
    """Compute what each bit of a state becomes after 2^power zero bytes."""
    if not power:
        bits = np.left_shift(np.uint64(1), np.arange(64, dtype=np.uint64))
        table: Any = _tables(polynomial)[0]
        one: Words = (bits >> np.uint64(8)) ^ table[bits & np.uint64(0xFF)]
        return one
    return _moved_on(_zeros(polynomial, power - 1), polynomial, power - 1)


@cache
def _tables(polynomial: int) -> Words:
    """Compute the effect of a byte on a state, with zero to seven zero bytes after it."""
    first = []
    for byte in range(256):
        word = byte
        for _ in range(8):
            word = (word >> 1) ^ (polynomial if word & 1 else 0)
        first.append(word)
    tables = [np.array(first, dtype=np.uint64)]
    for _ in range(7):
        before = tables[-1]
        tables.append((before >> np.uint64(8)) ^ tables[0][before & np.uint64(0xFF)])
    return np.stack(tables)
