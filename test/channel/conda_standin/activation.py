"""`conda shell.posix activate` and its like: text for a POSIX shell to evaluate, in conda's order."""

import glob
import json
import os
import pathlib
import sys

from . import places
from .arguments import parse
from .errors import CondaError
from .words import write_json

# What a shell knows of conda when no environment was ever active.
INIT = '''export CONDA_EXE='{root}/bin/conda'
export _CONDA_EXE='{root}/bin/conda'
export _CONDA_ROOT='{root}'
export CONDA_PYTHON_EXE='{root}/bin/python'
. '{root}/etc/profile.d/conda.sh'
'''


def main(program: str, words: list[str]) -> int:
    if words[0] in ("activate", "deactivate"):
        error = CondaError("CondaError", f"Run 'conda init' before 'conda {words[0]}'")
        return error.tell("conda", False)
    if words[0] == "init":
        print("The stand-in changes no startup files.", file=sys.stderr)
        return 1
    if words[0] == "shell" and program != "conda":
        # micromamba: shell activate -s bash -p PREFIX, shell hook -s bash
        words = [f"shell.{option(words, '-s', '--shell') or 'posix'}", *[word for word in words[1:] if word[0] != "-"]]
    shell, verb, *rest = words
    if shell.removesuffix("+json") not in ("shell.posix", "shell.bash", "shell.zsh", "shell.dash"):
        print(f"The stand-in knows no {shell}.", file=sys.stderr)
        return 1
    place = places.places("conda", parse("conda", ["info"])[1])
    try:
        change = {"activate": activate, "reactivate": reactivate, "deactivate": deactivate, "hook": None}[verb]
        if change is None:
            sys.stdout.write(INIT.format(root=place.root))
            return 0
        said = change(place, [word for word in rest if not word.startswith("-")], "--stack" in rest)
    except CondaError as error:
        return error.tell("conda", False)
    if shell.endswith("+json"):
        write_json(said)
    else:
        sys.stdout.write(text(said))
    return 0


def option(words: list[str], *names: str) -> str | None:
    return next((words[at + 1] for at, word in enumerate(words[:-1]) if word in names), None)


def activate(place: places.Places, words: list[str], stack: bool) -> dict:
    prefix = wanted(place, words)
    level, old = shell_level(), os.environ.get("CONDA_PREFIX") or None
    if old == str(prefix):
        return reactivate(place, [], False)
    replaces = old and not stack
    path = without(old) if replaces else current_path()
    export = {
        **environment(place, prefix, level + 1),
        "PATH": os.pathsep.join([f"{prefix}/bin", *condabin(place, level), *path]),
        **({f"CONDA_PREFIX_{level}": old} if old else {}),
        **({f"CONDA_STACKED_{level + 1}": "true"} if old and stack else {}),
    }
    saved = {f"__CONDA_SHLVL_{level}_{name}": os.environ[name] for name in variables(prefix) if name in os.environ}
    return {
        "path": {},
        "vars": {"export": {**saved, **export, **variables(prefix)}, "unset": [], "set": {}},
        "scripts": {"activate": scripts(prefix, "activate"), "deactivate": scripts(old, "deactivate") if replaces else []},
    }


def reactivate(place: places.Places, words: list[str], stack: bool) -> dict:
    prefix = os.environ.get("CONDA_PREFIX")
    if not prefix:
        return {"path": {}, "vars": {"export": {}, "unset": [], "set": {}}, "scripts": {"activate": [], "deactivate": []}}
    export = {**environment(place, pathlib.Path(prefix), shell_level()),
              "PATH": os.pathsep.join([f"{prefix}/bin", *without(prefix)]), **variables(prefix)}
    return {"path": {}, "vars": {"export": export, "unset": [], "set": {}},
            "scripts": {"activate": scripts(prefix, "activate"), "deactivate": scripts(prefix, "deactivate")}}


def deactivate(place: places.Places, words: list[str], stack: bool) -> dict:
    level, old = shell_level(), os.environ.get("CONDA_PREFIX")
    if level < 1 or not old:
        return reactivate(place, [], False)
    before = os.environ.get(f"CONDA_PREFIX_{level - 1}")
    unset = [name for name in variables(old)] + (["CONDA_PREFIX", "CONDA_DEFAULT_ENV", "CONDA_PROMPT_MODIFIER"] if level == 1
                                                 else [f"CONDA_PREFIX_{level - 1}"])
    export = {"CONDA_SHLVL": str(level - 1)}
    path = without(old)
    if level > 1 and before:
        export.update(environment(place, pathlib.Path(before), level - 1))
        if not os.environ.get(f"CONDA_STACKED_{level}"):
            path = [f"{before}/bin", *path]
    restored = {name: os.environ[f"__CONDA_SHLVL_{level - 1}_{name}"] for name in variables(old)
                if f"__CONDA_SHLVL_{level - 1}_{name}" in os.environ}
    export.update(restored)
    return {"path": {"PATH": path}, "vars": {"export": export, "unset": [name for name in unset if name not in export], "set": {}},
            "scripts": {"activate": scripts(before, "activate") if level > 1 else [],
                        "deactivate": scripts(old, "deactivate")}}


def text(said: dict) -> str:
    """Old scripts, variables, new scripts; the path first of all on the way back. conda quotes nothing within, and unsets
    by an empty value."""
    lines = [f"export {name}='{os.pathsep.join(entries)}'" for name, entries in said["path"].items()]
    lines += [f". '{name}'" for name in said["scripts"]["deactivate"]]
    lines += [f"export {name}=''" for name in said["vars"]["unset"]]
    lines += [f"export {name}='{value}'" for name, value in said["vars"]["export"].items()]
    lines += [f". '{name}'" for name in said["scripts"]["activate"]]
    return "".join(f"{line}\n" for line in lines)


def wanted(place: places.Places, words: list[str]) -> pathlib.Path:
    name = words[0] if words else "base"
    if "/" in name:
        prefix = pathlib.Path(places.expand(name)).absolute()
        if not (prefix / "conda-meta").is_dir():
            raise CondaError("EnvironmentLocationNotFound", f"Not a conda environment: {prefix}")
        return prefix
    prefix = place.root if name in ("base", "root") else places.by_name(name, place.envs_dirs)
    if not (prefix / "conda-meta").is_dir():
        raise CondaError("EnvironmentNameNotFound", f"Could not find conda environment: {name}\n"
                         "You can list all discoverable environments with `conda info --envs`.\n")
    return prefix


def environment(place: places.Places, prefix: pathlib.Path, level: int) -> dict:
    name = "base" if prefix == place.root else prefix.name if prefix.parent.name == "envs" else str(prefix)
    return {
        "CONDA_PREFIX": str(prefix),
        "CONDA_SHLVL": str(level),
        "CONDA_DEFAULT_ENV": name,
        "CONDA_PROMPT_MODIFIER": f"({name}) ",
        "CONDA_EXE": f"{place.root}/bin/conda",
        "_CONDA_EXE": f"{place.root}/bin/conda",
        "_CONDA_ROOT": str(place.root),
        "CONDA_PYTHON_EXE": f"{place.root}/bin/python",
    }


def variables(prefix) -> dict:
    """What packages set, and what was set for this environment; PATH is not theirs to set."""
    found = {}
    for file in sorted(glob.glob(f"{prefix}/etc/conda/env_vars.d/*.json")):
        found.update(json.loads(pathlib.Path(file).read_text()))
    state = pathlib.Path(prefix, "conda-meta", "state")
    if state.exists():
        found.update(json.loads(state.read_text()).get("env_vars", {}))
    return {name: value for name, value in found.items() if name != "PATH" and value != "***unset***"}


def scripts(prefix, verb: str) -> list[str]:
    return sorted(glob.glob(f"{prefix}/etc/conda/{verb}.d/*.sh"), reverse=verb == "deactivate") if prefix else []


def shell_level() -> int:
    return int(os.environ.get("CONDA_SHLVL") or 0)


def current_path() -> list[str]:
    return os.environ.get("PATH", "").split(os.pathsep)


def without(prefix) -> list[str]:
    return [entry for entry in current_path() if entry != f"{prefix}/bin"]


def condabin(place: places.Places, level: int) -> list[str]:
    known = any(entry.endswith("/condabin") for entry in current_path())
    return [f"{place.root}/condabin"] if level == 0 and not known else []
