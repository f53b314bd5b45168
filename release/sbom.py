"""Writes the SBOM of a release: what `pip install 'apportion[all]'` installs, as CycloneDX.

Versions come from requirements.lock, dependencies and licences from the metadata of the installed
packages. What the tests need is left out. The lock itself holds the hashes of each package.
cyclonedx-python-lib is OWASP's reference library; the program `cyclonedx-py` would need an
environment without the packages for tests.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OWN = "apportion"
#: Requirements by package; each package once, under its normalised name.
Graph = Mapping[str, frozenset[str]]


def sbom(root: Path, version: str, *, epoch: int) -> str:
    """Write the SBOM of the project in `root`; the same lock and time give the same text.

    Raises KeyError for a dependency that the lock does not have.
    """
    lock = root / "requirements.lock"
    locked = _versions(lock.read_text("utf-8"))
    needed = dependencies(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"])
    program = _component(OWN, version, ComponentType.APPLICATION)
    parts = {
        name: _component(name, locked[name], ComponentType.LIBRARY)
        for name in needed
        if name != OWN
    }
    bom = Bom(
        components=parts.values(),
        metadata=BomMetaData(component=program, timestamp=datetime.fromtimestamp(epoch, UTC)),
        serial_number=uuid5(NAMESPACE_URL, f"{OWN}@{version} {lock.read_text('utf-8')}"),
    )
    components = {**parts, OWN: program}
    for name, requirements in needed.items():
        bom.register_dependency(components[name], [components[one] for one in requirements])
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def dependencies(project: Mapping[str, object]) -> Graph:
    """Find what the program needs with every extra, on this platform and Python version."""
    extras = project["optional-dependencies"]
    own = [*project["dependencies"], *(one for group in extras.values() for one in group)]
    found = {OWN: _names(own, extras=frozenset()) - {OWN}}
    wanted = {(one.name, frozenset(one.extras)) for one in map(Requirement, own)}
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted - seen:
        name, asked = next(iter(sorted(wanted - seen, key=str)))
        seen.add((name, asked))
        if (plain := canonicalize_name(name)) == OWN:
            continue
        lines = distribution(name).requires or []
        applying = [one for one in map(Requirement, lines) if _applies(one, asked)]
        found[plain] = found.get(plain, frozenset()) | _names(lines, extras=asked)
        wanted |= {(one.name, frozenset(one.extras)) for one in applying}
    return dict(sorted(found.items()))


def _names(lines: Iterable[str], *, extras: frozenset[str]) -> frozenset[str]:
    applying = (one for one in map(Requirement, lines) if _applies(one, extras))
    return frozenset(canonicalize_name(one.name) for one in applying)


def _applies(one: Requirement, extras: frozenset[str]) -> bool:
    marker = one.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras})


def _versions(lock: str) -> Mapping[str, str]:
    """Read the version of each package that the lock has for this platform."""
    lines = re.findall(r"^([A-Za-z0-9][^\s#]*==[^\\\n]*)", lock, re.MULTILINE)
    entries = [one for one in map(Requirement, lines) if _applies(one, frozenset())]
    return {canonicalize_name(one.name): next(iter(one.specifier)).version for one in entries}


def _component(name: str, version: str, kind: ComponentType) -> Component:
    purl = PackageURL("pypi", None, name, version)
    written = distribution(name).metadata
    licence = written["License-Expression"] or written["License"]
    short = licence if licence and len(licence) < 100 else None  # some give the whole text
    return Component(
        name=name,
        version=version,
        type=kind,
        purl=purl,
        bom_ref=str(purl),
        description=written["Summary"],
        licenses=[LicenseFactory().make_from_string(short)] if short else [],
    )
