"""YAML with line numbers: read nodes, edit in place, types of the schema."""
