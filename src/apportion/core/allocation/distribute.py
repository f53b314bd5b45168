"""Push what an owner pays down to its projects, environments and other dimensions."""

from __future__ import annotations

from collections.abc import Mapping

from apportion.model.split import Units

from .rounding import apportion_all


def spread(
    share: Units, weights: Mapping[tuple[str, ...], int], *, otherwise: tuple[str, ...]
) -> dict[tuple[str, ...], Units]:
    """Split an owner's share over its tuples of dimension values, as its own direct cost lies.

    A tuple whose cost is negative (credits outweigh it) gets nothing. An owner without positive
    cost of its own gets everything in one tuple, `otherwise`. Parts add up to the share exactly.
    """
    positive = {values: weight for values, weight in weights.items() if weight > 0}
    return apportion_all(share, positive or {otherwise: 1})
