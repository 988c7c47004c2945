"""A build backend (PEP 517) whose wheel says which gcc it was built with."""

import subprocess
import zipfile

NAME = "built-1.0-py3-none-any.whl"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    gcc = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()
    information = "built-1.0.dist-info/"
    files = {
        "built.py": f"gcc = {gcc!r}\n",
        information + "METADATA": "Metadata-Version: 2.1\nName: built\nVersion: 1.0\n",
        information + "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = information + "RECORD"
    files[record] = "".join(f"{name},,\n" for name in [*files, record])
    with zipfile.ZipFile(f"{wheel_directory}/{NAME}", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return NAME
