"""Writes what an image installs, and its bill of materials: python -m tests.pipeline.packaging.locked.

Both follow from requirements.lock: the distributions that the wheel of the inference side requires, and all that
they bring. `make lock` runs this.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from packageurl import PackageURL
from packaging.requirements import Requirement

from pipeline.packaging.wheel import NAME, REQUIRED
from tests.project import HOUSE

__all__ = ["BILL", "REQUIREMENTS", "Package", "bill", "requirements", "served"]

CONTAINER = HOUSE / "pipeline" / "packaging" / "container"
REQUIREMENTS, BILL = CONTAINER / "requirements.txt", CONTAINER / "sbom.cdx.json"
PINNED = re.compile(r"^([a-z0-9-]+)==([^\s;]+)")
BY = re.compile(r"^    #(?: via|  ) ([a-z0-9-]+)$")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
OTHER_SYSTEM = "sys_platform == 'win32'"


@dataclass(frozen=True)
class Package:
    """One package of a lock file.

    Attributes:
        name: normalised.
        version: as pinned.
        text: its lines.
        by: the packages that require it.
    """

    name: str
    version: str
    text: str
    by: frozenset[str]

    @property
    def hashes(self) -> list[str]:
        """The sha256 of each of its files, for all machines."""
        return HASH.findall(self.text)


def read_lock(text: str) -> dict[str, Package]:
    """Return the packages of a lock file by name."""
    packages: dict[str, Package] = {}
    for part in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]:
        [(name, version)] = PINNED.findall(part)
        by = {found[1] for line in part.splitlines() if (found := BY.match(line))}
        packages[name] = Package(name, version, part, frozenset(by))
    return packages


def served() -> list[Package]:
    """Return what the wheel requires and all that it brings, in the order of the lock file; nothing for Windows."""
    lock = read_lock((HOUSE / "requirements.lock").read_text(encoding="utf-8"))
    chosen = {Requirement(line).name for line in REQUIRED}
    while more := {name for name, package in lock.items() if package.by & chosen} - chosen:
        chosen |= more
    return [package for name, package in lock.items() if name in chosen and OTHER_SYSTEM not in package.text]


def requirements(packages: Iterable[Package]) -> str:
    """Return the lock file of an image, without the comments, which name packages that it does not have."""
    head = f"# What the wheel {NAME} requires, from requirements.lock. make lock writes this file.\n"
    lines = "".join(package.text for package in packages).splitlines(keepends=True)
    return head + "".join(line for line in lines if not line.lstrip().startswith("#"))


def bill(packages: list[Package]) -> str:
    """Return the bill of materials in CycloneDX's JSON; it has no time and no random number."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    made = {each.name: _component("LIBRARY", each.name, each.version, each.hashes) for each in packages}
    root = _component("APPLICATION", NAME, project["version"], [])
    bom = import_module("cyclonedx.model.bom").Bom(components=made.values())
    bom.metadata.component = root
    bom.register_dependency(root, [made[Requirement(line).name] for line in REQUIRED])
    for each in packages:
        bom.register_dependency(made[each.name], [made[other.name] for other in packages if each.name in other.by])
    document = json.loads(import_module("cyclonedx.output.json").JsonV1Dot6(bom).output_as_string())
    del document["serialNumber"], document["metadata"]["timestamp"]
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _component(kind: str, name: str, version: str, hashes: list[str]) -> Any:  # noqa: ANN401  (its types are lost)
    """Return a component whose files are known by their hashes: which of them is installed depends on the machine."""
    model, components = import_module("cyclonedx.model"), import_module("cyclonedx.model.component")
    url = PackageURL("pypi", name=name, version=version)
    sums = [model.HashType(alg=model.HashAlgorithm.SHA_256, content=each) for each in hashes]
    files = model.ExternalReference(
        type=model.ExternalReferenceType.DISTRIBUTION, url=model.XsUri(str(url)), hashes=sums
    )
    return components.Component(
        name=name,
        version=version,
        type=components.ComponentType[kind],
        purl=url,
        bom_ref=str(url),
        external_references=[files] if sums else [],
    )


def main() -> None:
    """Write both files."""
    packages = served()
    REQUIREMENTS.write_text(requirements(packages), encoding="utf-8")
    BILL.write_text(bill(packages), encoding="utf-8")


if __name__ == "__main__":
    main()
