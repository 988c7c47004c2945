"""Where things are, and what the configuration says: the root, environments' directories, caches, channels."""

import os
import pathlib
import sys
from dataclasses import dataclass

import yaml

from .errors import no_environment

HOME = pathlib.Path.home()


@dataclass(frozen=True)
class Places:
    program: str
    root: pathlib.Path
    prefix: pathlib.Path
    envs_dirs: list[str]
    pkgs_dirs: list[str]
    channels: list[str]
    # By file: what each configuration file has.
    config: dict[str, dict]

    def setting(self, name: str, otherwise):
        """Of several files the user's counts, and lists of all are one."""
        found = [values[name] for values in self.config.values() if name in values]
        if found and isinstance(found[-1], list):
            return list(dict.fromkeys(item for values in reversed(found) for item in values))
        return found[-1] if found else otherwise

    def channel_url(self, channel: str) -> str:
        if "://" in channel or channel.startswith("/"):
            return channel if "://" in channel else f"file://{channel}"
        custom = self.setting("custom_channels", {})
        if channel in custom:
            return f"{custom[channel].rstrip('/')}/{channel}"
        return f"{self.setting('channel_alias', 'https://conda.anaconda.org').rstrip('/')}/{channel}"


def places(program: str, options) -> Places:
    root = root_prefix(program, options)
    files = [root / ".condarc", HOME / ".condarc", HOME / ".mambarc" if program != "conda" else None,
             os.environ.get("CONDARC")]
    config = {str(file): read_config(pathlib.Path(file)) for file in files if file and pathlib.Path(file).is_file()}
    first = Places(program, root, root, [], [], [], config)
    envs_dirs = [
        *os.environ.get("CONDA_ENVS_DIRS", os.environ.get("CONDA_ENVS_PATH", "")).split(os.pathsep),
        *map(expand, first.setting("envs_dirs", [])),
        *([str(HOME / ".conda" / "envs")] if program == "conda" and not os.access(root, os.W_OK) else []),
        str(root / "envs"),
        *([str(HOME / ".conda" / "envs")] if program == "conda" else []),
    ]
    envs_dirs = list(dict.fromkeys(name for name in envs_dirs if name))
    pkgs_dirs = [
        *os.environ.get("CONDA_PKGS_DIRS", "").split(","),
        *map(expand, first.setting("pkgs_dirs", [])),
    ]
    pkgs_dirs = [name for name in pkgs_dirs if name] or (
        [str(root / "pkgs")] if os.access(root, os.W_OK) else [str(HOME / ".conda" / "pkgs")]
    )
    asked = options.channel
    if not options.override_channels:
        asked = [*asked, *(os.environ.get("CONDA_CHANNELS", "").split(",") if os.environ.get("CONDA_CHANNELS") else
                           first.setting("channels", ["defaults"] if program == "conda" else ["conda-forge"]))]
    channels = [first.channel_url(channel) for channel in dict.fromkeys(asked) if channel != "nodefaults"]
    return Places(program, root, target(options, root, envs_dirs), envs_dirs, pkgs_dirs, channels, config)


def root_prefix(program: str, options) -> pathlib.Path:
    if program == "micromamba":
        named = options.root_prefix or os.environ.get("MAMBA_ROOT_PREFIX")
        return pathlib.Path(named) if named else HOME / "micromamba"
    return pathlib.Path(sys.prefix)


def target(options, root: pathlib.Path, envs_dirs: list[str]) -> pathlib.Path:
    if options.prefix:
        return pathlib.Path(expand(options.prefix)).absolute()
    if options.name in ("base", "root"):
        return root
    if options.name:
        return by_name(options.name, envs_dirs)
    active = os.environ.get("CONDA_PREFIX")
    return pathlib.Path(active) if active else root


def by_name(name: str, envs_dirs: list[str]) -> pathlib.Path:
    """An environment of that name, else where one would be made: the first directory that can be written in."""
    for folder in envs_dirs:
        if is_environment(pathlib.Path(folder, name)):
            return pathlib.Path(folder, name)
    for folder in envs_dirs:
        there = pathlib.Path(folder)
        while not there.exists():
            there = there.parent
        if os.access(there, os.W_OK):
            return pathlib.Path(folder, name)
    return pathlib.Path(envs_dirs[0], name)


def is_environment(prefix: pathlib.Path) -> bool:
    return (prefix / "conda-meta" / "history").is_file()


def must_be_environment(prefix: pathlib.Path) -> None:
    if not is_environment(prefix):
        raise no_environment(str(prefix))


def register(prefix: pathlib.Path) -> None:
    """conda keeps a list of all environments in the home."""
    file = HOME / ".conda" / "environments.txt"
    known = file.read_text().splitlines() if file.exists() else []
    if str(prefix) not in known:
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(f"{one}\n" for one in [*known, prefix]))


def environments(place: Places) -> list[str]:
    """All that conda knows of: those on its list, those in its directories, and the root."""
    file = HOME / ".conda" / "environments.txt"
    found = set(file.read_text().splitlines() if file.exists() else [])
    for folder in place.envs_dirs:
        found.update(str(one) for one in pathlib.Path(folder).glob("*"))
    return [str(place.root), *sorted(one for one in found if is_environment(pathlib.Path(one)) and one != str(place.root))]


def name_of(prefix: str, place: Places) -> str:
    if prefix == str(place.root):
        return "base"
    return os.path.basename(prefix) if os.path.dirname(prefix) in place.envs_dirs else ""


def read_config(file: pathlib.Path) -> dict:
    return yaml.safe_load(file.read_text()) or {}


def expand(text: str) -> str:
    return os.path.expanduser(os.path.expandvars(text))


def records(prefix: pathlib.Path) -> list:
    from rattler import PrefixRecord

    return [PrefixRecord.from_path(file) for file in sorted((prefix / "conda-meta").glob("*.json"))]


def frozen(prefix: str) -> bool:
    return pathlib.Path(prefix, "conda-meta", "frozen").exists()

