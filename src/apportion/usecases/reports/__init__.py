"""Reports of an allocated month: table, review, comparison, workbook, FOCUS export."""
