"""Opened runs and their aggregates for the dashboard."""
