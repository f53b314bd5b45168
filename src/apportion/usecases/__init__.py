"""Runs: the only room where decisions meet plugs."""
