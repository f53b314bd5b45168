"""Mend tags of live resources: probable owner, suggestions, plan, actions."""
