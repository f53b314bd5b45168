"""Values for the finance system: chart map, journals, templates of files."""
