"""The three programs' command lines."""

import os
import sys

from . import CONDA_VERSION, MAMBA_VERSION, SAYS_SO
from . import activation, arguments, faults, places, reports, transactions
from .errors import CondaError

VERSIONS = {"conda": CONDA_VERSION, "mamba": MAMBA_VERSION, "micromamba": MAMBA_VERSION}


def conda() -> None:
    end(run("conda"))


def mamba() -> None:
    end(run("mamba"))


def micromamba() -> None:
    end(run("micromamba"))


def end(status: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    # py-rattler's threads now and then crash an interpreter that ends as usual (PyO3/pyo3-async-runtimes#40).
    os._exit(status)


def run(program: str, words: list[str] | None = None) -> int:
    words = sys.argv[1:] if words is None else words
    faults.log(program, words)
    if words[:1] in (["--version"], ["-V"]):
        # conda says its name, the other two do not. The second line is nobody's, and on stderr.
        print(f"conda {VERSIONS[program]}" if program == "conda" else VERSIONS[program])
        print(f"({program}: {SAYS_SO})", file=sys.stderr)
        return 0
    if not words or words[0] in ("--help", "-h"):
        print(f"usage: {program} [-h] [-V] COMMAND ...\n\n{program} {VERSIONS[program]}, {SAYS_SO}.\n")
        print("COMMANDS: " + ", ".join(sorted({name.split()[0] for name in arguments.COMMANDS})))
        return 0
    if words[0].startswith("shell") or words[0] in ("activate", "deactivate", "init"):
        return activation.main(program, words)
    command, options = arguments.parse(program, words)
    faults.before()
    try:
        place = places.places(program, options)
        if command in transactions.VERBS:
            transactions.VERBS[command](place, options)
        else:
            reports.VERBS[command](place, options)
    except CondaError as error:
        return error.tell(program, options.json)
    return faults.after()

