"""What a test can have go wrong, by environment variables: what real programs have been seen to do."""

import os
import sys
import time


def log(program: str, words: list[str]) -> None:
    """CONDA_STANDIN_LOG: a file that gets a line for each call."""
    if file := os.environ.get("CONDA_STANDIN_LOG"):
        with open(file, "a") as out:
            out.write(" ".join([program, *words]) + "\n")


def wanted(name: str) -> bool:
    return name in os.environ.get("CONDA_STANDIN_FAULT", "").split(",")


def before() -> None:
    if wanted("noise"):
        print("WARNING conda.gateways.disk: something that matters to nobody", file=sys.stderr)
    if wanted("hang"):
        time.sleep(3600)


def after() -> int:
    """`crash`: it has done its work and said so, and ends by a signal all the same (seen with py-rattler)."""
    sys.stdout.flush()
    if wanted("crash"):
        os.kill(os.getpid(), 11)
    return 0
