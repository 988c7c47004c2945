# /// script
# requires-python = ">=3.10"
# dependencies = ["py-rattler==0.28.0", "zstandard==0.25.0", "packaging==26.3", "pip==26.3"]
# ///
"""Builds what tests install from, of what the package index has: a conda channel, and the wheels that it is made of.

uv run --script build.py DIRECTORY      makes DIRECTORY/conda, DIRECTORY/wheels and DIRECTORY/simple, the wheels' index
"""

import asyncio
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

from rattler.index import index_fs

import interpreter
import simple
import standins
import tiny
import wheels
from package import write

HERE = pathlib.Path(__file__).parent


def main(directory: pathlib.Path) -> None:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit("The channel's packages are for Linux on x86-64.")
    wheelhouse, channel = directory / "wheels", directory / "conda"
    download(wheelhouse)
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        stages = pathlib.Path(folder)
        write(interpreter.python(stages / "python"), channel)
        for package in [*tiny.tiny(stages), *standins.programs(stages), *wheels.packages(sorted(wheelhouse.glob("*.whl")), stages)]:
            write(package, channel)
        write(tiny.older(stages / "older"), channel, older_format=True)
    simple.simple(wheelhouse, directory / "simple")
    asyncio.run(index_fs(channel, write_zst=True, write_shards=False))


def download(wheelhouse: pathlib.Path) -> None:
    """The wheels of wheels.txt, each in that version, for this Python."""
    command = ["pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", wheelhouse, "-r", HERE / "wheels.txt"]
    subprocess.run([sys.executable, "-m", *command], check=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).absolute())
    sys.stdout.flush()
    # py-rattler's threads now and then crash an interpreter that ends as usual (PyO3/pyo3-async-runtimes#40).
    os._exit(0)
