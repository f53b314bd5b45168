"""Publish proved months as tables, query them, and deliver reports."""
