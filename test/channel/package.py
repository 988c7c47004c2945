"""Writes conda packages: `.conda` (a zip of two zstd-compressed tars) and the older `.tar.bz2`."""

import hashlib
import io
import json
import os
import pathlib
import tarfile
import zipfile
from dataclasses import dataclass, field

import zstandard

# What an installer replaces with the prefix. conda-build makes it 255 characters long too: there is room in a binary
# file for any prefix that a system allows.
PLACEHOLDER = ("/pier/" + "placeholder_" * 30)[:255]

# Every package is of the same moment, so that building twice gives the same bytes.
MOMENT = 1_700_000_000


@dataclass(frozen=True)
class Package:
    """One package: what its `info/index.json` says, and the directory whose files are in it."""

    name: str
    version: str
    build: str
    stage: pathlib.Path
    depends: tuple[str, ...] = ()
    constrains: tuple[str, ...] = ()
    build_number: int = 0
    # None for linux-64, else `generic` or `python`, as in index.json.
    noarch: str | None = None
    # `name = module:function`; only where noarch is `python`, else they are scripts in `bin`.
    entry_points: tuple[str, ...] = ()
    licence: str = "test"
    more: dict = field(default_factory=dict)

    @property
    def subdir(self) -> str:
        return "noarch" if self.noarch else "linux-64"

    @property
    def stem(self) -> str:
        return f"{self.name}-{self.version}-{self.build}"


def write(package: Package, channel: pathlib.Path, older_format: bool = False) -> None:
    """Writes the package into its folder of the channel. The channel's repodata is another step."""
    folder = channel / package.subdir
    folder.mkdir(parents=True, exist_ok=True)
    info, files = describe(package)
    if older_format:
        write_tar_bz2(folder / f"{package.stem}.tar.bz2", package, info, files)
    else:
        write_conda(folder / f"{package.stem}.conda", package, info, files)


def describe(package: Package) -> tuple[dict[str, bytes], list[str]]:
    """The files of `info/`, and the paths of all others."""
    paths = [path_entry(package.stage, file) for file in sorted(files_below(package.stage))]
    index = {
        "name": package.name,
        "version": package.version,
        "build": package.build,
        "build_number": package.build_number,
        "depends": list(package.depends),
        "constrains": list(package.constrains),
        "subdir": package.subdir,
        "timestamp": MOMENT * 1000,
        "license": package.licence,
        **({"noarch": package.noarch} if package.noarch else {"arch": "x86_64", "platform": "linux"}),
        **package.more,
    }
    names = [entry["_path"] for entry in paths]
    info = {
        "index.json": json.dumps(index, indent=1),
        "paths.json": json.dumps({"paths": paths, "paths_version": 1}),
        "files": "".join(f"{name}\n" for name in names),
        "about.json": json.dumps({"license": package.licence, "summary": f"{package.name}, for tests"}),
    }
    prefixed = [entry for entry in paths if "prefix_placeholder" in entry]
    if prefixed:
        info["has_prefix"] = "".join(
            f'"{PLACEHOLDER}" {entry["file_mode"]} "{entry["_path"]}"\n' for entry in prefixed
        )
    if package.noarch == "python":
        link = {"noarch": {"type": "python", "entry_points": list(package.entry_points)}, "package_metadata_version": 1}
        info["link.json"] = json.dumps(link)
    return {f"info/{name}": text.encode() for name, text in info.items()}, names


def files_below(stage: pathlib.Path) -> list[str]:
    found = []
    for folder, folders, files in os.walk(stage):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found += [os.path.relpath(os.path.join(folder, name), stage) for name in [*files, *links]]
    return found


def path_entry(stage: pathlib.Path, name: str) -> dict:
    file = stage / name
    if file.is_symlink():
        return {"_path": name, "path_type": "softlink", "sha256": hashlib.sha256(b"").hexdigest(), "size_in_bytes": 0}
    data = file.read_bytes()
    entry = {
        "_path": name,
        "path_type": "hardlink",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_in_bytes": len(data),
    }
    if PLACEHOLDER.encode() in data:
        entry["prefix_placeholder"] = PLACEHOLDER
        entry["file_mode"] = "binary" if b"\0" in data else "text"
    return entry


def write_conda(file: pathlib.Path, package: Package, info: dict[str, bytes], files: list[str]) -> None:
    compress = zstandard.ZstdCompressor(level=3, threads=2).compress
    parts = {
        "metadata.json": b'{"conda_pkg_format_version": 2}',
        f"pkg-{package.stem}.tar.zst": compress(tar(lambda out: add_files(out, package.stage, files))),
        f"info-{package.stem}.tar.zst": compress(tar(lambda out: add_info(out, info))),
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as out:
        for name, data in parts.items():
            out.writestr(zipfile.ZipInfo(name, (2023, 11, 14, 0, 0, 0)), data)


def write_tar_bz2(file: pathlib.Path, package: Package, info: dict[str, bytes], files: list[str]) -> None:
    with tarfile.open(file, "w:bz2") as out:
        add_info(out, info)
        add_files(out, package.stage, files)


def tar(fill) -> bytes:
    bytes_out = io.BytesIO()
    with tarfile.open(fileobj=bytes_out, mode="w") as out:
        fill(out)
    return bytes_out.getvalue()


def add_info(out: tarfile.TarFile, info: dict[str, bytes]) -> None:
    for name, data in info.items():
        entry = nobodys(tarfile.TarInfo(name))
        entry.size = len(data)
        entry.mode = 0o644
        out.addfile(entry, io.BytesIO(data))


def add_files(out: tarfile.TarFile, stage: pathlib.Path, files: list[str]) -> None:
    for name in files:
        out.add(stage / name, arcname=name, recursive=False, filter=nobodys)


def nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = MOMENT
    return entry
