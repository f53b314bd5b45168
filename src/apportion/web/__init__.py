"""The dashboard: pages, files and a JSON API."""
