"""What changes an environment: create, install, update, remove, clean."""

import asyncio
import pathlib
import re
import shutil
import subprocess
import sys

from . import history, places
from .errors import CondaError, not_found, unsolvable
from .words import dist, full, write_json


def create(place: places.Places, options) -> None:
    specs, channels, pip = from_files(options, place)
    place_for_new(place, options)
    if options.clone:
        source = cloned(options.clone, place)
        found = places.records(source)
        specs = history.specs(source)
    else:
        found = solve(place, channels, [*specs, *options.words])
    asked = [*specs, *options.words]
    if not transaction(place, options, asked, found, []):
        return
    if pip:
        pip_install(place.prefix, pip)


def install(place: places.Places, options) -> None:
    places.must_be_environment(place.prefix)
    specs, channels, pip = from_files(options, place)
    asked = [*specs, *options.words]
    there = places.records(place.prefix)
    held = keep(history.specs(place.prefix), asked)
    found = solve(place, channels, [*held, *asked], locked=there)
    transaction(place, options, asked, found, there)
    if pip and not options.dry_run:
        pip_install(place.prefix, pip)


def update(place: places.Places, options) -> None:
    """Newer versions of what is named, or of all that was ever asked for."""
    places.must_be_environment(place.prefix)
    there = places.records(place.prefix)
    asked = options.words or history.specs(place.prefix)
    moving = {name_in(spec) for spec in asked}
    locked = [record for record in there if record.name.normalized not in moving and not options.all]
    held = keep(history.specs(place.prefix), asked)
    transaction(place, options, asked, solve(place, place.channels, [*held, *asked], locked=locked), there)


def remove(place: places.Places, options) -> None:
    """What is named, and what cannot be without it; `--all` removes the environment."""
    places.must_be_environment(place.prefix)
    there = places.records(place.prefix)
    if options.all:
        report(place, options, "UNLINK", there)
        if not options.dry_run:
            shutil.rmtree(place.prefix)
            history.forget(place.prefix)
        return
    gone = {name_in(word) for word in options.words}
    missing = sorted(gone - {record.name.normalized for record in there})
    if missing:
        message = "The following packages are missing from the target environment:\n" + "".join(
            f"  - {name}\n" for name in missing)
        raise CondaError("PackagesNotFoundInPrefixError", message)
    while more := [one for one in there if one.name.normalized not in gone and needs(one, gone)]:
        gone |= {one.name.normalized for one in more}
    left = [record for record in there if record.name.normalized not in gone]
    if not options.dry_run:
        link(place, left, history.specs(place.prefix))
        history.write(place.prefix, options, "remove", options.words)
    report(place, options, "UNLINK", [record for record in there if record.name.normalized in gone])


def clean(place: places.Places, options) -> None:
    """Empties the package caches. conda counts what it removes; this says which folders it emptied."""
    for folder in map(pathlib.Path, place.pkgs_dirs):
        for entry in [] if options.dry_run or not folder.is_dir() else folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    nothing = {"warnings": [], "pkg_sizes": {}, "pkgs_dirs": {}, "total_size": 0}
    if options.json:
        files = [f"{folder}/cache" for folder in place.pkgs_dirs]
        write_json({"success": True, "tarballs": nothing, "index_cache": {"files": files}, "packages": nothing,
                    "tempfiles": [], "logfiles": []})


VERBS = {"create": create, "install": install, "update": update, "remove": remove, "env remove": remove, "clean": clean}


def place_for_new(place: places.Places, options) -> None:
    """An environment that is there is removed when `--yes` is said, without a word; any other folder is refused."""
    prefix = place.prefix
    if options.dry_run or not prefix.exists() or not any(prefix.iterdir()):
        return
    if prefix == place.root:
        raise CondaError("CondaValueError", "The target prefix is the base prefix. Aborting.")
    if not places.is_environment(prefix):
        raise CondaError("DirectoryNotACondaEnvironmentError", f"The target directory exists, but it is not a conda "
                         f"environment.\n  target directory: {prefix}\n")
    confirm(options, f"A conda environment already exists at '{prefix}'. Remove existing environment (y/[n])? ", "n")
    shutil.rmtree(prefix)


def transaction(place: places.Places, options, asked: list[str], found: list, there: list) -> bool:
    """Says what it will do, asks, and does it. False when it only said so."""
    old = {record.url for record in there}
    new = [record for record in found if record.url not in old]
    urls = {record.url for record in found}
    names = {record.name.normalized for record in found}
    gone = [record for record in there if record.url not in urls and record.name.normalized in names]
    gone += [record for record in there if record.name.normalized not in names]
    if not options.json and not options.quiet:
        print(f"\n## Package Plan ##\n\n  environment location: {place.prefix}\n")
        for record in new:
            print(f"  {record.name.normalized:<20} {record.version}-{record.build}")
    fetched = [full(one) for one in not_cached(place, new)]
    if not options.dry_run:
        if not options.json:
            confirm(options, "\nProceed ([y]/n)? ", "y")
        link(place, found, asked)
        history.write(place.prefix, options, "update", asked, new)
        places.register(place.prefix)
    report(place, options, "LINK", new, gone, fetched)
    return not options.dry_run


def report(place: places.Places, options, verb: str, records: list, unlinked: list = (), fetched: list = ()) -> None:
    if not options.json:
        return
    if place.program == "conda":
        actions = {"FETCH": list(fetched), "PREFIX": str(place.prefix), verb: [dist(one) for one in records]}
        if unlinked:
            actions["UNLINK"] = [dist(one) for one in unlinked]
        dry = {"dry_run": True} if options.dry_run else {}
        write_json({"success": True, **dry, "actions": actions, "prefix": str(place.prefix)})
        return
    some = {"FETCH": list(fetched), verb: [full(one) for one in records], "UNLINK": [full(one) for one in unlinked]}
    actions = {"PREFIX": str(place.prefix), **{name: found for name, found in some.items() if found}}
    write_json({"actions": actions, "dry_run": options.dry_run, "prefix": str(place.prefix), "success": True})


def not_cached(place: places.Places, records: list) -> list:
    """What none of the caches has unpacked."""
    caches = [pathlib.Path(folder) for folder in place.pkgs_dirs]
    folders = {one.url: re.sub(r"\.(conda|tar\.bz2)$", "", one.url.rsplit("/", 1)[1]) for one in records}
    return [one for one in records if not any((cache / folders[one.url]).exists() for cache in caches)]


def solve(place: places.Places, channels: list[str], specs: list[str], locked: list = ()) -> list:
    from rattler import Channel, ChannelPriority, VirtualPackage, VirtualPackageOverrides, solve
    from rattler.exceptions import SolverError

    virtual = VirtualPackage.detect(VirtualPackageOverrides.from_env())
    try:
        return asyncio.run(solve(
            sources=[Channel(channel) for channel in channels], specs=specs, locked_packages=list(locked),
            virtual_packages=virtual, channel_priority=ChannelPriority.Strict, add_pip_as_python_dependency=True))
    except SolverError as error:
        names = {name_in(spec) for spec in specs}
        lost = [name for name in re.findall(r"No candidates were found for (\S+?)[ .]", str(error)) if name in names]
        raise (not_found(lost, channels) if lost else unsolvable(str(error))) from error
    except Exception as error:  # noqa: BLE001  (py-rattler has a class for each cause, and no common one)
        raise unreachable(error, channels) from error


def unreachable(error: Exception, channels: list[str]) -> CondaError:
    said = str(error)
    if "404" in said or "not found" in said.lower() or "no such file" in said.lower():
        return CondaError("UnavailableInvalidChannel", f"HTTP 404 NOT FOUND for channel {channels}\n\n{said}")
    if type(error).__name__.startswith("Invalid"):
        return CondaError("InvalidMatchSpec", f"Invalid spec: {said}")
    return CondaError("CondaHTTPError", f"HTTP 000 CONNECTION FAILED for url <{', '.join(channels)}>\n\n{said}")


def link(place: places.Places, records: list, asked: list[str]) -> None:
    from rattler import MatchSpec, install

    cache = pathlib.Path(place.pkgs_dirs[0])
    cache.mkdir(parents=True, exist_ok=True)
    wanted = [MatchSpec(spec)._match_spec for spec in asked]
    try:
        asyncio.run(install(records=records, target_prefix=place.prefix, cache_dir=cache, show_progress=False,
                            requested_specs=wanted))
    except Exception as error:  # noqa: BLE001
        raise CondaError("CondaError", str(error)) from error


def from_files(options, place: places.Places) -> tuple[list[str], list[str], list[str]]:
    """Specs, channels and pip's requirements of `--file`s: environment.yml, or lines."""
    specs, channels, pip = [], list(place.channels), []
    for name in options.file:
        if name.endswith((".yml", ".yaml")):
            content = places.read_config(pathlib.Path(name))
            named = [place.channel_url(one) for one in content.get("channels", []) if one != "nodefaults"]
            channels = list(dict.fromkeys([*named, *channels])) if not options.override_channels else channels
            for one in content.get("dependencies", []):
                pip.extend(one.get("pip", [])) if isinstance(one, dict) else specs.append(one)
        else:
            lines = [line.strip() for line in pathlib.Path(name).read_text().splitlines()]
            specs += [explicit(line) if "://" in line else line for line in lines if line and line[0] not in "#@"]
            channels += [line.rsplit("/", 2)[0] for line in lines if "://" in line]
    return specs, list(dict.fromkeys(channels)), pip


def explicit(url: str) -> str:
    """The one package at an address: `name ==version build`."""
    name, version, build = re.sub(r"\.(conda|tar\.bz2)(#.*)?$", "", url.rsplit("/", 1)[1]).rsplit("-", 2)
    return f"{name} =={version} {build}"


def cloned(text: str, place: places.Places) -> pathlib.Path:
    source = pathlib.Path(text).absolute() if "/" in text else places.by_name(text, place.envs_dirs)
    source = place.root if text in ("base", "root") else source
    places.must_be_environment(source)
    return source


def pip_install(prefix: pathlib.Path, requirements: list[str]) -> None:
    ran = subprocess.run([prefix / "bin" / "python", "-m", "pip", "install", "-q", *requirements], stdout=sys.stderr)
    if ran.returncode != 0:
        raise CondaError("CondaEnvException", "Pip failed")


def keep(specs: list[str], asked: list[str]) -> list[str]:
    """What was asked for before and is not asked for now."""
    names = {name_in(spec) for spec in asked}
    return [spec for spec in specs if name_in(spec) not in names]


def name_in(spec: str) -> str:
    return re.split(r"[ =<>!~\[]", spec.rsplit("::", 1)[-1].strip(), maxsplit=1)[0].lower()


def needs(record, names: set[str]) -> bool:
    return any(name_in(need) in names for need in record.depends)


def confirm(options, question: str, otherwise: str) -> None:
    if options.yes or options.json:
        return
    print(question, end="", flush=True)
    said = (sys.stdin.readline() or "n").strip().lower() or otherwise
    if said not in ("y", "yes"):
        raise CondaError("CondaSystemExit", "Exiting.")
