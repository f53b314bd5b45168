"""Delete superseded data; keep what was published, delivered or protected."""
