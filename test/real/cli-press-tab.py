"""Types a line and two tabs into a shell on a pseudo-terminal, and prints what the shell shows for it.

cli-press-tab.py SHELL SHIM LINE AWAITED reads until AWAITED is shown, or for a while when that is empty.
"""
import os
import pty
import select
import signal
import sys
import time

shell, shim, line, awaited = sys.argv[1:]
commands = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}

pid, terminal = pty.fork()
if pid == 0:
    os.environ["PS1"] = "READY"
    os.execvp(commands[shell][0], commands[shell])


def read_until(text, seconds):
    seen = b""
    end = time.monotonic() + seconds
    while text not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                break
    return seen


def send(text):
    os.write(terminal, text.encode())


# What is typed is echoed, so the mark to wait for is only made by running it.
# zsh's own Tab first expands what is typed, $(...) included, whatever the command: only its completion is tried here.
setup = {"fish": "function fish_prompt; end; ", "zsh": "bindkey '^I' complete-word; "}.get(shell, "")
send(f"{setup}. '{shim}'; . '{shim}'; printf 'SET%s\\n' UP\n")
read_until(b"SETUP", 10)
send(line + "\t\t")
shown = read_until(awaited.encode(), 10) if awaited else read_until(b"\0", 1.5)
# Not Ctrl+C, which another prompt could take for an answer, and never a newline: that would enter the line.
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
sys.stdout.write(shown.decode(errors="replace"))
