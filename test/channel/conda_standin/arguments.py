"""Command lines, as far as pier writes them."""

import argparse
import sys

COMMANDS = ("create", "install", "update", "remove", "uninstall", "list", "env list", "env export", "env create",
            "env remove", "info", "config", "clean", "export", "run", "search")

# Words that mean the same.
ALIASES = {"uninstall": "remove", "export": "env export", "env create": "create"}


def parse(program: str, words: list[str]) -> tuple[str, argparse.Namespace]:
    parser = argparse.ArgumentParser(program, allow_abbrev=False)
    flags = ["--json", "-q --quiet", "-y --yes", "-d --dry-run", "--override-channels", "--offline", "--copy",
             "--no-default-packages", "--strict-channel-priority", "--download-only", "--all", "--from-history",
             "--no-builds", "--show", "--show-sources", "--explicit", "--no-pin", "--freeze-installed", "--force", "--prune",
             "--no-deps", "--packages", "--index-cache", "--tarballs", "--no-rc", "--no-env", "--base", "--envs",
             "--no-banner", "--no-pip", "-v --verbose"]
    for names in flags:
        parser.add_argument(*names.split(), action="store_true")
    for names in ("-n --name", "-p --prefix", "--solver", "--clone", "--platform --subdir", "-r --root-prefix",
                  "--channel-priority", "--cwd", "--experimental-solver"):
        parser.add_argument(*names.split())
    for names in ("-c --channel", "-f --file"):
        parser.add_argument(*names.split(), action="append", default=[])
    parser.add_argument("words", nargs="*")
    if words and words[0] == "run":
        # What follows the program's name is the program's own.
        options, rest = parser.parse_known_args(words[:words_before_program(words)])
        options.program = words[words_before_program(words):]
        return "run", options
    options = parser.parse_intermixed_args(words)
    command = " ".join(options.words[:2]) if options.words[:1] == ["env"] else options.words[0]
    options.words = options.words[len(command.split()):]
    options.command_line = words
    # Of all that make an environment, `conda env create` alone never asks.
    options.yes = options.yes or command == "env create"
    command = ALIASES.get(command, command)
    if command not in COMMANDS:
        sys.exit(f"{program}: error: argument COMMAND: invalid choice: {command!r}")
    return command, options


def words_before_program(words: list[str]) -> int:
    at = 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in ("-n", "--name", "-p", "--prefix", "--cwd") else 1
    return at
