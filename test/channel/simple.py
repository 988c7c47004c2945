"""A package index as a static tree, for a mirror: what PEP 691 says of each project, and each wheel's metadata (PEP 658)."""

import hashlib
import json
import pathlib

from packaging.utils import canonicalize_name, parse_wheel_filename

from wheels import metadata, metadata_text


def simple(wheelhouse: pathlib.Path, index: pathlib.Path) -> None:
    """Writes `NAME.json` for each project, and `WHEEL.metadata` beside each wheel."""
    index.mkdir()
    for wheel in sorted(wheelhouse.glob("*.whl")):
        name = canonicalize_name(parse_wheel_filename(wheel.name)[0])
        text = metadata_text(wheel)
        (wheelhouse / f"{wheel.name}.metadata").write_bytes(text)
        entry = {
            "filename": wheel.name,
            "url": f"../../wheels/{wheel.name}",
            "hashes": {"sha256": sha256(wheel.read_bytes())},
            "size": wheel.stat().st_size,
            "upload-time": "2023-11-14T22:13:20Z",
            "core-metadata": {"sha256": sha256(text)},
        }
        if wanted := metadata(wheel).get("Requires-Python"):
            entry["requires-python"] = wanted
        project = {"meta": {"api-version": "1.1"}, "name": name, "versions": [wheel.name.split("-")[1]], "files": [entry]}
        (index / f"{name}.json").write_text(json.dumps(project))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
