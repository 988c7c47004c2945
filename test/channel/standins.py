"""The packages `conda`, `mamba` and `micromamba`: programs of those names, which stand in for the real ones."""

import pathlib
import shutil

from package import PLACEHOLDER, Package
from tiny import put

HERE = pathlib.Path(__file__).parent / "conda_standin"

# Where conda's package has its shell files. Only the stand-in's own are in it.
SHELL_FILES = {"conda.sh": "etc/profile.d/conda.sh", "activate.sh": "bin/activate", "deactivate.sh": "bin/deactivate"}


def programs(stages: pathlib.Path):
    stage = stages / "conda-standin"
    shutil.copytree(HERE, stage / "site-packages" / "conda_standin", ignore=shutil.ignore_patterns("*.sh", "__pycache__"))
    for name, place in SHELL_FILES.items():
        put(stage, place, (HERE / name).read_text().replace("@ROOT@", PLACEHOLDER), 0o755)
    put(stage, "condabin/conda", f'#!/bin/sh\nexec "{PLACEHOLDER}/bin/conda" "$@"\n', 0o755)
    yield program("conda", "26.9.0", stage, "python >=3.10", "py-rattler 0.28.*", "pyyaml")
    for name in ("mamba", "micromamba"):
        put(stages / name, f"share/{name}/README", f"{name} of pier's tests: it is in the package conda.\n")
        yield program(name, "2.4.0", stages / name, "conda 26.9.0 pier_standin")


def program(name: str, version: str, stage: pathlib.Path, *depends: str) -> Package:
    point = (f"{name} = conda_standin.main:{name}",)
    return Package(name, version, "pier_standin", stage, depends, noarch="python", entry_points=point)
