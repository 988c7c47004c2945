"""Stands in for conda, mamba and micromamba in pier's tests, where none of them can be had.

py-rattler does the work: environments, solving and packages are real. The words are conda's: options, the JSON it writes
(as conda 26.9 and mamba 2 do), what it does to an environment that is there already. `--version` and `--help` say so.
"""

CONDA_VERSION = "26.9.0"
MAMBA_VERSION = "2.4.0"
SAYS_SO = "a stand-in of pier's tests, backed by py-rattler"
