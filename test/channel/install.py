# /// script
# requires-python = ">=3.10"
# dependencies = ["py-rattler==0.28.0"]
# ///
"""Makes a conda environment with py-rattler. Prints why when it cannot, and ends with 1.

uv run --script install.py CHANNEL RECORDED-CHANNEL PREFIX FINAL-PREFIX CACHE SPEC...

FINAL-PREFIX is where PREFIX will be moved to; RECORDED-CHANNEL is where its records are to say that it came from.
"""

import asyncio
import os
import pathlib
import sys

from rattler import Channel, VirtualPackage, install, solve


async def main(channel: str, recorded: str, prefix: str, final: str, cache: str, *specs: str) -> None:
    found = await solve(sources=[Channel(channel)], specs=specs, virtual_packages=VirtualPackage.detect())
    await install(
        records=found, target_prefix=prefix, alternative_target_prefix=final, cache_dir=cache, show_progress=False
    )
    for record in pathlib.Path(prefix, "conda-meta").glob("*.json"):
        record.write_text(record.read_text().replace(channel, recorded))
    # py-rattler leaves it empty, and conda reads here what was asked for.
    pathlib.Path(prefix, "conda-meta", "history").write_text(f"==> 2026-11-23 00:00:00 <==\n# update specs: {list(specs)!r}\n")


status = 0
try:
    asyncio.run(main(*sys.argv[1:]))
except Exception as error:
    print(error, file=sys.stderr)
    status = 1
sys.stderr.flush()
# py-rattler's threads now and then crash an interpreter that ends as usual (PyO3/pyo3-async-runtimes#40).
os._exit(status)
