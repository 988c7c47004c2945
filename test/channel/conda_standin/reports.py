"""What changes nothing: list, env list, info, env export, config, search, run."""

import os
import pathlib
import subprocess
import sys
from datetime import datetime, timezone

from . import CONDA_VERSION, MAMBA_VERSION, history, places
from .errors import CondaError
from .words import channel_of, dist, full, write_json


def list_packages(place: places.Places, options) -> None:
    places.must_be_environment(place.prefix)
    found = sorted(places.records(place.prefix), key=lambda one: one.name.normalized)
    if options.words:
        found = [one for one in found if options.words[0] in one.name.normalized]
    if options.explicit:
        print("@EXPLICIT", *(one.url for one in found), sep="\n")
    elif options.json:
        write_json([dist(one, place.program) for one in found])
    else:
        print(f"# packages in environment at {place.prefix}:\n#")
        for one in found:
            print(f"{one.name.normalized:<24} {one.version!s:<16} {one.build!s:<16} {channel_of(one.url)}")


def env_list(place: places.Places, options) -> None:
    found = places.environments(place)
    if options.json and place.program == "conda":
        write_json({"envs": found, "envs_details": {prefix: details(prefix, place) for prefix in found}})
    elif options.json:
        write_json({"envs": found})
    else:
        print("# conda environments:\n#")
        for prefix in found:
            active = "*" if prefix == os.environ.get("CONDA_PREFIX") else " "
            print(f"{places.name_of(prefix, place):<22} {active} {prefix}")


def details(prefix: str, place: places.Places) -> dict:
    base = prefix == str(place.root)
    changed = pathlib.Path(prefix, "conda-meta", "history").stat().st_mtime
    moment = None if base else datetime.fromtimestamp(changed, timezone.utc).isoformat()
    return {
        "name": places.name_of(prefix, place),
        "created": moment,
        "last_modified": moment,
        "active": prefix == os.environ.get("CONDA_PREFIX"),
        "base": base,
        "frozen": places.frozen(prefix),
        "writable": None if base else os.access(prefix, os.W_OK),
    }


def info(place: places.Places, options) -> None:
    found = conda_info(place) if place.program == "conda" else mamba_info(place)
    if options.json:
        write_json(found)
        return
    for name, value in found.items():
        print(f"{name:>24} : {value}")


def conda_info(place: places.Places) -> dict:
    active = os.environ.get("CONDA_PREFIX") or None
    found = places.environments(place)
    return {
        "platform": "linux-64",
        "conda_version": CONDA_VERSION,
        "conda_env_version": CONDA_VERSION,
        "conda_build_version": "not installed",
        "root_prefix": str(place.root),
        "conda_prefix": str(place.root),
        "av_data_dir": f"{place.root}/etc/conda",
        "av_metadata_url_base": None,
        "root_writable": os.access(place.root, os.W_OK),
        "pkgs_dirs": place.pkgs_dirs,
        "envs_dirs": place.envs_dirs,
        "default_prefix": active or str(place.root),
        "active_prefix": active,
        "active_prefix_name": os.environ.get("CONDA_DEFAULT_ENV") or None,
        "conda_shlvl": int(os.environ.get("CONDA_SHLVL") or -1),
        "channels": subdirs(place),
        "user_rc_path": str(places.HOME / ".condarc"),
        "rc_path": str(places.HOME / ".condarc"),
        "sys_rc_path": f"{place.root}/.condarc",
        "offline": False,
        "envs": found,
        "python_version": f"{sys.version.split()[0]}.final.0",
        "requests_version": "none",
        "user_agent": f"conda/{CONDA_VERSION} (a stand-in of pier's tests)",
        "conda_location": os.path.dirname(__file__),
        "config_files": list(place.config),
        "netrc_file": None,
        "virtual_pkgs": virtual_packages(),
        "solver": {"name": "rattler", "user_agent": "solver/rattler", "default": False},
        "tmp_dir": "/tmp",
        "notices_cache_dir": str(places.HOME / ".cache" / "conda" / "notices"),
        "UID": os.geteuid(),
        "GID": os.getegid(),
        "sys.version": sys.version,
        "sys.prefix": sys.prefix,
        "sys.executable": sys.executable,
        "site_dirs": [],
        "env_vars": {name: value for name, value in os.environ.items() if name.startswith(("CONDA", "_CONDA"))},
        "envs_details": {prefix: details(prefix, place) for prefix in found},
    }


def mamba_info(place: places.Places) -> dict:
    return {
        "base environment": str(place.root),
        "channels": subdirs(place),
        "curl version": "none",
        "env location": os.environ.get("CONDA_PREFIX") or "-",
        "environment": os.environ.get("CONDA_DEFAULT_ENV") or "None",
        "envs directories": place.envs_dirs,
        "libarchive version": "none",
        "libmamba version": MAMBA_VERSION,
        f"{place.program} version": MAMBA_VERSION,
        "package cache": place.pkgs_dirs,
        "platform": "linux-64",
        "populated config files": list(place.config),
        "user config files": [str(places.HOME / ".mambarc")],
        "virtual packages": ["=".join(one) for one in virtual_packages()],
    }


def subdirs(place: places.Places) -> list[str]:
    return [f"{channel}/{subdir}" for channel in place.channels for subdir in ("linux-64", "noarch")]


def virtual_packages() -> list[list[str]]:
    from rattler import VirtualPackage, VirtualPackageOverrides

    found = [one.into_generic() for one in VirtualPackage.detect(VirtualPackageOverrides.from_env())]
    return [[one.name.normalized, str(one.version), str(one.build_string)] for one in found]


def env_export(place: places.Places, options) -> None:
    places.must_be_environment(place.prefix)
    found = sorted(places.records(place.prefix), key=lambda one: one.name.normalized)
    if options.from_history:
        lines = history.specs(place.prefix)
    else:
        parts = lambda one: (one.name.normalized, str(one.version), *([] if options.no_builds else [str(one.build)]))  # noqa: E731
        lines = ["=".join(parts(one)) for one in found]
    content = {
        "name": places.name_of(str(place.prefix), place) or str(place.prefix),
        "channels": list(dict.fromkeys(channel_of(one.url) for one in found)),
        "dependencies": lines,
        "prefix": str(place.prefix),
    }
    if options.json:
        write_json(content)
        return
    for name, value in content.items():
        print(f"{name}: {value}" if isinstance(value, str) else "\n".join([f"{name}:", *(f"  - {one}" for one in value)]))


def config(place: places.Places, options) -> None:
    """`--show` and `--show-sources`: nothing is ever set."""
    shown = {
        "channels": [place.channel_url(one) for one in place.setting("channels", ["defaults"])],
        "channel_alias": place.setting("channel_alias", "https://conda.anaconda.org"),
        "custom_channels": place.setting("custom_channels", {}),
        "default_channels": place.setting("default_channels", []),
        "envs_dirs": place.envs_dirs,
        "pkgs_dirs": place.pkgs_dirs,
        "root_prefix": str(place.root),
        "solver": place.setting("solver", "libmamba"),
        "channel_priority": place.setting("channel_priority", "flexible"),
        "auto_activate_base": place.setting("auto_activate_base", True),
    }
    if options.show_sources:
        shown = {**place.config, "cmd_line": {"json": True}} if options.json else place.config
    elif options.words:
        shown = {name: value for name, value in shown.items() if name in options.words}
    if options.json:
        write_json(shown)
        return
    for name, value in shown.items():
        print(f"{name}: {value}")


def search(place: places.Places, options) -> None:
    """What the channels have of a name."""
    import asyncio

    from rattler import Channel, Gateway

    query = Gateway().query(sources=[Channel(one) for one in place.channels], platforms=["linux-64", "noarch"],
                            specs=options.words[:1], recursive=False)
    found = [one for some in asyncio.run(query) for one in some]
    if not found:
        raise CondaError("PackagesNotFoundInChannelsError", f"{options.words[0]} is in no channel.", packages=options.words)
    if options.json:
        write_json({found[0].name.normalized: [full(one) for one in found]})
        return
    for one in found:
        print(f"{one.name.normalized:<20} {one.version!s:<12} {one.build}")


def run(place: places.Places, options) -> None:
    """A program of the environment, with its `bin` first and its prefix known."""
    places.must_be_environment(place.prefix)
    variables = {**os.environ, "CONDA_PREFIX": str(place.prefix),
                 "PATH": f"{place.prefix}/bin{os.pathsep}{os.environ.get('PATH', '')}"}
    ran = subprocess.run(options.program, env=variables, cwd=options.cwd)
    sys.stdout.flush()
    os._exit(ran.returncode)


VERBS = {"list": list_packages, "env list": env_list, "info": info, "env export": env_export, "config": config,
         "search": search, "run": run}
