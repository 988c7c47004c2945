"""Makes conda packages of wheels from the package index, with the same files, entry points and dependencies."""

import configparser
import email.message
import pathlib
import sys
import zipfile

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from package import PLACEHOLDER, Package

VERSION = "%d.%d" % sys.version_info[:2]
# As conda says it: of this minor version, and none of the next one's alphas.
THIS_PYTHON = f"python >={VERSION},<3.{sys.version_info[1] + 1}.0a0"

# Where the parts of a wheel's `.data` folder go (the wheel's specification, PEP 427).
PLACES = {"data": "", "scripts": "bin", "headers": "include"}


def metadata_text(wheel: pathlib.Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA") and one.count("/") == 1]
        return archive.read(name)


def metadata(wheel: pathlib.Path) -> email.message.Message:
    return email.message_from_bytes(metadata_text(wheel))


def packages(wheels: list[pathlib.Path], stages: pathlib.Path):
    """A package for each wheel. What one of them asks of another's extra is asked by itself: conda knows no extras."""
    known = {canonicalize_name(found["Name"]): found for found in map(metadata, wheels)}
    for wheel in wheels:
        name, version, _, tags = parse_wheel_filename(wheel.name)
        pure = all(tag.platform == "any" for tag in tags)
        stage = stages / name
        packages_folder = stage / ("site-packages" if pure else f"lib/python{VERSION}/site-packages")
        unpack(wheel, stage, packages_folder)
        points = entry_points(packages_folder)
        wanted = known[name].get("Requires-Python")
        python = f"python {conda_versions(wanted)}" if wanted else "python"
        if not pure:
            write_scripts(stage / "bin", points)
        yield Package(
            name,
            str(version),
            "pyhd_0" if pure else f"py{VERSION.replace('.', '')}_0",
            stage,
            depends=(python if pure else THIS_PYTHON, *depends(name, known)),
            noarch="python" if pure else None,
            entry_points=tuple(points) if pure else (),
        )


def unpack(wheel: pathlib.Path, stage: pathlib.Path, site_packages: pathlib.Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or entry.filename.endswith(".dist-info/RECORD"):
                continue
            top, *rest = entry.filename.split("/")
            place = site_packages / entry.filename
            if top.endswith(".data") and rest[0] in PLACES:
                place = stage / PLACES[rest[0]] / "/".join(rest[1:])
            elif top.endswith(".data"):
                place = site_packages / "/".join(rest[1:])
            place.parent.mkdir(parents=True, exist_ok=True)
            data = archive.read(entry)
            # A wheel's scripts begin with `#!python`, which whoever installs them puts right.
            if place.parent == stage / "bin" and data.startswith(b"#!python"):
                data = data.replace(b"#!python", f"#!{PLACEHOLDER}/bin/python".encode(), 1)
            place.write_bytes(data)
            runs = entry.external_attr >> 16 & 0o111 or place.parent == stage / "bin"
            place.chmod(0o755 if runs else 0o644)
    for folder in site_packages.glob("*.dist-info"):
        (folder / "INSTALLER").write_text("conda\n")


def entry_points(site_packages: pathlib.Path) -> list[str]:
    for file in site_packages.glob("*.dist-info/entry_points.txt"):
        parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
        parser.optionxform = str
        parser.read(file)
        if parser.has_section("console_scripts"):
            return [f"{name} = {target.split('[')[0].strip()}" for name, target in parser["console_scripts"].items()]
    return []


def write_scripts(folder: pathlib.Path, points: list[str]) -> None:
    for point in points:
        name, target = (part.strip() for part in point.split("=", 1))
        module, function = target.split(":")
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(
            f"#!{PLACEHOLDER}/bin/python\nimport sys\nfrom {module} import {function.split('.')[0]}\n"
            f"sys.exit({function}())\n"
        )
        (folder / name).chmod(0o755)


def depends(name: str, known: dict, extras: frozenset[str] = frozenset([""])) -> list[str]:
    """What a wheel needs, as conda says it, with what those of its needs that name an extra need for that."""
    found = {}
    for text in known[name].get_all("Requires-Dist", []):
        need = Requirement(text)
        if need.marker and not any(need.marker.evaluate({**default_environment(), "extra": one}) for one in extras):
            continue
        other = canonicalize_name(need.name)
        found[f"{other} {conda_versions(str(need.specifier))}".strip()] = None
        if need.extras and other in known:
            found.update(dict.fromkeys(depends(other, known, frozenset(need.extras))))
    return list(found)


def conda_versions(specifier: str) -> str:
    """`==1.*` is `1.*` with conda; the rest is said alike."""
    parts = sorted(part.strip() for part in specifier.split(",") if part.strip())
    return ",".join(part.removeprefix("==") if part.endswith(".*") else part for part in parts)
