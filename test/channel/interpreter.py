"""The package `python`: the machine's own interpreter and standard library, made to live wherever they are put."""

import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig

from package import PLACEHOLDER, Package

UNWANTED = ("test", "tests", "idlelib", "turtledemo", "ensurepip", "__pycache__", "config-*", "dist-packages",
            "site-packages", "EXTERNALLY-MANAGED", "sitecustomize.py", "*.a")


def python(stage: pathlib.Path) -> Package:
    version = "%d.%d" % sys.version_info[:2]
    library = stage / "lib" / f"python{version}"
    (stage / "bin").mkdir(parents=True)
    program = stage / "bin" / f"python{version}"
    shutil.copy2(os.path.realpath(sys.executable), program)
    for other in ("python3", "python"):
        (stage / "bin" / other).symlink_to(program.name)
    shutil.copytree(sysconfig.get_path("stdlib"), library, ignore=shutil.ignore_patterns(*UNWANTED),
                    ignore_dangling_symlinks=True)
    (library / "site-packages").mkdir()
    (library / "site-packages" / "README.txt").write_text("Packages go here.\n")
    as_upstream(library)
    relocatable(library)
    works(program)
    return Package("python", "%d.%d.%d" % sys.version_info[:3], "0_cpython", stage, licence="Python-2.0")


def as_upstream(library: pathlib.Path) -> None:
    """Debian's Python has its packages in `dist-packages`, and says so in what it has frozen in (`site`).

    It goes the usual way within a virtual environment, so what asks whether this is one hears yes, where it can be made
    to; and `sitecustomize`, which Python runs after `site`, adds the usual place.
    """
    text = (library / "sysconfig.py").read_text()
    question = 'if sys.base_prefix != sys.prefix or hasattr(sys, "real_prefix"):'
    (library / "sysconfig.py").write_text(text.replace(question, "if True:"))
    (library / "sitecustomize.py").write_text(SITE_PACKAGES)


SITE_PACKAGES = """import site
import sys
import sysconfig

# A virtual environment of this Python finds its own packages.
if sys.prefix == sys.base_prefix and sysconfig.get_path("purelib") not in sys.path:
    site.addsitedir(sysconfig.get_path("purelib"))
"""


def relocatable(library: pathlib.Path) -> None:
    """What the interpreter says of its own place, for whoever compiles with it."""
    for file in library.glob("_sysconfigdata*.py"):
        text = file.read_text()
        file.write_text(text.replace("'/usr'", f"'{PLACEHOLDER}'").replace("/usr/lib/python", f"{PLACEHOLDER}/lib/python"))


def works(program: pathlib.Path) -> None:
    """A packaged Python that looks for its packages elsewhere would be noticed late, and far from here."""
    code = "import sys, sysconfig, ssl, sqlite3, ctypes; print(sys.prefix, sysconfig.get_path('purelib'), sys.path[-1])"
    said = subprocess.run([program, "-IB", "-c", code], env={}, capture_output=True, text=True, check=True).stdout
    prefix, packages, last = said.split()
    here = str(program.parent.parent)
    if prefix != here or packages != last or not packages.endswith("/site-packages") or not packages.startswith(here):
        sys.exit(f"The packaged Python looks for packages in {said}")
