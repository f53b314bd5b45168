"""The journal templates of the package, as text."""

from __future__ import annotations

from importlib.resources import files

_FOLDER = files("apportion").joinpath("reports", "journals")


def template_names() -> list[str]:
    """List the templates, sorted."""
    return sorted(
        file.name.removesuffix(".yaml") for file in _FOLDER.iterdir() if file.name.endswith(".yaml")
    )


def template_text(name: str) -> str:
    """Read a template by its name."""
    return _FOLDER.joinpath(f"{name}.yaml").read_text("utf-8")
