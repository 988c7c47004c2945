"""`conda-meta/history`: what was asked of an environment, as conda writes it and reads it again."""

import ast
import pathlib
import time

from . import CONDA_VERSION, places
from .words import channel_of, dist_name


def write(prefix: pathlib.Path, options, verb: str, specs: list[str], linked: list = ()) -> None:
    lines = [
        time.strftime("==> %Y-%m-%d %H:%M:%S <=="),
        "# cmd: conda " + " ".join(options.command_line),
        f"# conda version: {CONDA_VERSION}",
        *(f"+{channel_of(one.url)}/{one.subdir}::{dist_name(one)}" for one in linked),
        f"# {verb} specs: {list(specs)!r}",
    ]
    with open(prefix / "conda-meta" / "history", "a") as out:
        out.write("".join(f"{line}\n" for line in lines))


def specs(prefix: pathlib.Path) -> list[str]:
    """What was asked for by hand, the latest word on each package."""
    from .transactions import name_in

    found = {}
    for line in (prefix / "conda-meta" / "history").read_text().splitlines():
        for verb in ("update", "remove"):
            if line.startswith(f"# {verb} specs: "):
                for spec in ast.literal_eval(line.split(": ", 1)[1]):
                    found.pop(name_in(spec), None)
                    if verb == "update":
                        found[name_in(spec)] = spec
    return list(found.values())


def forget(prefix: pathlib.Path) -> None:
    """Takes an environment that is gone off conda's list."""
    file = places.HOME / ".conda" / "environments.txt"
    if file.exists():
        file.write_text("".join(f"{line}\n" for line in file.read_text().splitlines() if line != str(prefix)))
