"""What a session's Python runs: a module, as `python -m MODULE ARGUMENTS` does, with the umask in PIER_UMASK, but for two things.

The directory that Jupyter is started in is no place of modules here, as it is none for `jupyter lab`: a notebook's
own `random.py` would be taken for Python's. And a package that Jupyter loads without using it waits until it is used.
"""

import importlib
import importlib.util
import os
import runpy
import sys


def defer(package, function):
    """Puts a stand-in for a package: `function`, called, or whatever else is looked up in it, loads the package."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        return
    stand_in = importlib.util.module_from_spec(spec)

    def real(name):
        if sys.modules.get(package) is stand_in:
            del sys.modules[package]
        return getattr(importlib.import_module(package), name)

    stand_in.__getattr__ = real
    setattr(stand_in, function, lambda *given, **named: real(function)(*given, **named))
    sys.modules[package] = stand_in


# What notebooks and kernels write is for whom the user's own umask says; what pier writes is private.
os.umask(int(os.environ.pop("PIER_UMASK", "077"), 8))

# Where this file lies comes first in the path, unless the user said that it should not.
here = os.path.dirname(os.path.realpath(__file__))
sys.path[:] = [place for place in sys.path if os.path.realpath(place) != here]

# jsonschema's check of the format `iri`, which no schema of Jupyter's has, builds 35 parsers when it is loaded: two
# thirds of the time that JupyterLab 4 takes to start (jupyter-server/jupyter_server#1559).
defer("rfc3987_syntax", "is_valid_syntax")

del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
