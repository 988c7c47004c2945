"""conda's errors: the name of the exception, what it says, and what its JSON has besides."""

import sys

from .words import write_json


class CondaError(Exception):
    def __init__(self, name: str, message: str, **more) -> None:
        super().__init__(message)
        self.name, self.more = name, more

    def tell(self, program: str, as_json: bool) -> int:
        message = str(self)
        if program != "conda":
            if as_json:
                write_json({"success": False, **({"solver_problems": [message]} if self.more.get("unsolvable") else {})})
            print(f"critical libmamba {message}", file=sys.stderr)
        elif as_json:
            more = {name: value for name, value in self.more.items() if name != "unsolvable"}
            write_json(dict(sorted({
                "caused_by": "None",
                "error": f"{self.name}: {message}",
                "exception_name": self.name,
                "exception_type": f"<class 'conda.exceptions.{self.name}'>",
                "message": message,
                **more,
            }.items())))
        else:
            print(f"\n{self.name}: {message}\n", file=sys.stderr)
        return 1


def no_environment(prefix: str) -> CondaError:
    return CondaError("EnvironmentLocationNotFound", f"Not a conda environment: {prefix}", location=prefix)


def not_found(names: list[str], channels: list[str]) -> CondaError:
    lines = "".join(f"\n  - {name}" for name in names)
    where = "".join(f"\n  - {channel}" for channel in channels)
    message = (
        f"The following packages are not available from current channels:\n{lines}\n\nCurrent channels:\n{where}\n\n"
        "To search for alternate channels that may provide the conda package you're\nlooking for, navigate to\n\n"
        "    https://anaconda.org\n\nand use the search bar at the top of the page.\n"
    )
    return CondaError("PackagesNotFoundInChannelsError", message, unsolvable=True, packages=names,
                      packages_formatted=lines, channel_urls=channels, channels_formatted=where)


def unsolvable(why: str) -> CondaError:
    return CondaError("LibMambaUnsatisfiableError", f"Encountered problems while solving:\n{why}\n", unsolvable=True)
