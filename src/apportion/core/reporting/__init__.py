"""What is told of an allocation: reports, explanations, comparisons, pages, tables, files."""
