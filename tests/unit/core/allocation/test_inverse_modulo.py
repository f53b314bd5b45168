"""A matrix times its inverse is one, modulo the prime."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apportion.core.allocation.inverse_modulo import invert

sizes = st.integers(1, 6)
matrices = sizes.flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 10**12), min_size=size, max_size=size),
        min_size=size,
        max_size=size,
    )
)


@given(matrices)
def test_a_matrix_times_its_inverse_is_one(weights: list[list[int]]) -> None:
    matrix = [[-weight for weight in row] for row in weights]
    for at, row in enumerate(weights):
        matrix[at][at] += sum(row) + 1
    prime, inverse = invert(matrix, below=2**27)
    columns = list(zip(*inverse, strict=True))
    product = [
        [sum(a * b for a, b in zip(row, column, strict=True)) % prime for column in columns]
        for row in matrix
    ]
    size = range(len(matrix))
    assert product == [[int(at == to) for to in size] for at in size]


def test_a_prime_that_makes_a_pivot_zero_is_passed_over() -> None:
    prime, inverse = invert([[5, 0], [0, 1]], below=7)
    assert (prime, inverse) == (3, [[2, 0], [0, 1]])
