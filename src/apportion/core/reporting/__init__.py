"""Results of an allocation: reports, explanations, comparisons, reviews, published tables."""
