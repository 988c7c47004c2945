"""Packages made for tests: nothing in them but what a test looks at."""

import pathlib
import struct

from package import PLACEHOLDER, Package


def tiny(stages: pathlib.Path):
    yield hello(stages / "hello")
    yield lighthouse(stages / "lighthouse")
    yield from versions(stages)


def hello(stage: pathlib.Path) -> Package:
    """Has scripts for activation in three shells' words, a variable of its own, and the prefix in text and in binary."""
    put(stage, "etc/conda/activate.d/hello.sh",
        'export HELLO_ACTIVE="$CONDA_PREFIX"\nexport HELLO_ORDER="${HELLO_ORDER:-}a"\n')
    put(stage, "etc/conda/deactivate.d/hello.sh", 'unset HELLO_ACTIVE\nexport HELLO_ORDER="${HELLO_ORDER:-}d"\n')
    put(stage, "etc/conda/activate.d/hello.fish", 'set -gx HELLO_ACTIVE "$CONDA_PREFIX"\n')
    put(stage, "etc/conda/deactivate.d/hello.fish", "set -e HELLO_ACTIVE\n")
    put(stage, "etc/conda/activate.d/hello.csh", 'setenv HELLO_ACTIVE "$CONDA_PREFIX"\n')
    put(stage, "etc/conda/deactivate.d/hello.csh", "unsetenv HELLO_ACTIVE\n")
    put(stage, "etc/conda/env_vars.d/hello.json", '{"HELLO_LEVEL": "1"}\n')
    put(stage, "share/hello/where.txt", f"prefix={PLACEHOLDER}/share\n")
    put(stage, "bin/hello", f"#!{PLACEHOLDER}/bin/python\nimport sys\nprint('hello from', sys.prefix)\n", 0o755)
    (stage / "bin" / "hello-binary").write_bytes(program_that_prints(PLACEHOLDER))
    (stage / "bin" / "hello-binary").chmod(0o755)
    return Package("hello", "1.0", "0", stage, ("python",))


def lighthouse(stage: pathlib.Path) -> Package:
    """Runs on any platform's Python, with an entry point that the installer makes a program of."""
    put(stage, "site-packages/lighthouse.py",
        "import sys\n\n\ndef main():\n    print('lighthouse in', sys.prefix, *sys.argv[1:])\n")
    put(stage, "site-packages/lighthouse-3.1.dist-info/METADATA", "Metadata-Version: 2.1\nName: lighthouse\nVersion: 3.1\n")
    put(stage, "site-packages/lighthouse-3.1.dist-info/INSTALLER", "conda\n")
    return Package("lighthouse", "3.1", "py_0", stage, ("python >=3.8",), noarch="python",
                   entry_points=("lighthouse = lighthouse:main",))


def versions(stages: pathlib.Path):
    """Several versions, for updates and pins; packages that exclude each other; ones that no machine can have.

    `anchor 1` wants `tidewater <2`, `anchor 2` and `keel` want `tidewater >=2`: anchor 1 and keel are a conflict.
    """
    made = [
        ("tidewater", "1.0", (), ()),
        ("tidewater", "1.1", (), ()),
        ("tidewater", "2.0", (), ()),
        ("anchor", "1.0", ("tidewater <2",), ()),
        ("anchor", "2.0", ("tidewater >=2",), ()),
        ("keel", "1.0", ("tidewater >=2",), ()),
        ("moored", "1.0", (), ("tidewater <2",)),
        ("needs-gpu", "1.0", ("__cuda >=12",), ()),
        ("needs-newer-glibc", "1.0", ("__glibc >=99",), ()),
        ("needs-what-is-not-there", "1.0", ("driftwood",), ()),
    ]
    for name, version, depends, constrains in made:
        stage = stages / f"{name}-{version}"
        put(stage, f"share/{name}/version", f"{version}\n")
        yield Package(name, version, "0", stage, depends, constrains, noarch="generic")


def older(stage: pathlib.Path) -> Package:
    """Is in the older format, `.tar.bz2`, which channels still have."""
    put(stage, "share/driftwood-old/where.txt", f"{PLACEHOLDER}\n")
    return Package("driftwood-old", "0.9", "0", stage)


def put(stage: pathlib.Path, name: str, text: str, mode: int = 0o644) -> None:
    file = stage / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def program_that_prints(text: str) -> bytes:
    """The smallest program (ELF, x86-64, Linux) that prints a text which ends with a NUL: no compiler is needed.

    It looks for the NUL when it runs, since the installer puts another text there, and fills up with NULs.
    """
    code = bytes.fromhex(
        "488d3530000000"  # lea rsi, [rip+0x30]    the text, 0x37 bytes after the beginning
        "31d2"            # xor edx, edx
        "803c1600"        # cmp byte [rsi+rdx], 0
        "7404"            # je  +4
        "ffc2"            # inc edx
        "ebf6"            # jmp -10
        "b801000000"      # mov eax, 1             write(2)
        "bf01000000"      # mov edi, 1             to the standard output
        "0f05"            # syscall
        "b83c000000"      # mov eax, 60            exit(2)
        "31ff"            # xor edi, edi
        "0f05"            # syscall
    ).ljust(0x37, b"\0")
    base, head = 0x400000, 64 + 56
    data = text.encode() + b"\0" * 8
    size = head + len(code) + len(data)
    elf = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + head, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    # One segment: the whole file, to be read and run.
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    return elf + segment + code + data
