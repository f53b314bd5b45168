"""Distribute an owner's share over its projects, environments and other dimensions."""

from __future__ import annotations

from collections.abc import Mapping

from apportion.model.split import Units

from .rounding import apportion_all


def distribute(
    share: Units, weights: Mapping[tuple[str, ...], int], *, otherwise: tuple[str, ...]
) -> dict[tuple[str, ...], Units]:
    """Split an owner's share over tuples of dimension values, in proportion to its direct cost.

    A tuple with negative cost (credits exceed it) gets nothing. If no tuple has positive cost, one
    tuple, `otherwise`, gets everything. Parts add up to the share exactly.
    """
    positive = {values: weight for values, weight in weights.items() if weight > 0}
    return apportion_all(share, positive or {otherwise: 1})
