"""Runs README.md against the local server and compares the answers with those in it.

Usage: readme.py PATH_TO_LOCAL_SERVER_BINARY

The convention of README.md: an `sh` block has commands as a reader pastes them, and the `text` block after it has their
output. A block that begins with `cargo run` starts the server: here the given binary. All other `sh` blocks run in
one bash, in order, in an empty directory, and must end with status 0; one without a `text` block may print nothing.

`…` in an answer stands for any text within its line. Ids and derived addresses differ from run to run: each of the
README's stands for the same one of this run wherever it occurs. Times may be any times. All else must be equal. An id
or address that a command names is no variable, and stands for itself.
"""

import difflib
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../README.md")
SECONDS = 120
DEFAULT_PORT = 3000
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIMES = [r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", r"\b1\d{12}\b"]
IDS = [r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"0x[0-9a-f]{40}\b", r"\b[0-9a-f]{32}\b", r"whsec_[\w+/]+=*"]
VARIABLE = re.compile("|".join(f"({form})" for form in TIMES + IDS))
END_OF_BLOCK = "--- end of block, status"


class Ids:
    """The ids of this run, by the README's ids."""

    def __init__(self, constants):
        self.found = {name: name for name in constants}

    def agree(self, shown, actual):
        known = self.found.setdefault(shown, actual)
        return known == actual and list(self.found.values()).count(actual) == 1

    def as_shown(self, shown, actual):
        """A line of this run with the README's ids and times in it, so that a difference shows nothing else."""
        variables = VARIABLE.finditer(shown)

        def name(match):
            other = next(variables, None)
            is_alike = other and other.lastindex == match.lastindex
            is_same = is_alike and (match.lastindex <= len(TIMES) or self.agree(other[0], match[0]))
            return other[0] if is_same else match[0]

        return VARIABLE.sub(name, actual)


def matches(shown, actual, ids):
    """True if a line of this run matches the README's."""
    pattern, variables, position = "", [], 0
    for match in re.finditer(f"{VARIABLE.pattern}|…", shown):
        pattern += re.escape(shown[position:match.start()])
        position = match.end()
        if match[0] == "…":
            pattern += ".*?"
            continue
        form = (TIMES + IDS)[match.lastindex - 1]
        pattern += f"({form})"
        variables.append((match[0], form in IDS))
    found = re.fullmatch(pattern + re.escape(shown[position:]), actual)
    if found is None:
        return False
    pairs = [(shown, actual) for (shown, is_id), actual in zip(variables, found.groups()) if is_id]
    return all([ids.agree(*pair) for pair in pairs])


def difference(shown, printed, ids):
    """A unified diff, empty if the answer matches the README's."""
    shown, printed = shown.splitlines(), printed.splitlines()
    pairs = [(shown[number] if number < len(shown) else "", line) for number, line in enumerate(printed)]
    aligned = [said if matches(said, line, ids) else ids.as_shown(said, line) for said, line in pairs]
    return list(difflib.unified_diff(shown, aligned, "README.md", "this run", lineterm=""))


def examples(text):
    """The README's commands, each with its output there."""
    blocks = BLOCK.findall(text) + [("", "")]
    for (language, commands), (next_language, shown) in zip(blocks, blocks[1:]):
        if language == "sh":
            yield commands, shown if next_language == "text" else ""


def start_server(binary, arguments):
    port = int(arguments[arguments.index("--port") + 1]) if "--port" in arguments else DEFAULT_PORT
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            sys.exit(f"Port {port} is taken: stop the server there, README.md uses that port")
    server = subprocess.Popen([binary, *arguments], stdout=subprocess.PIPE, text=True)
    while (line := server.stdout.readline()) and not line.startswith("Ctrl-C"):
        pass
    if not line:
        sys.exit(f"{binary} ended instead of serving")
    return server


def run(shell, commands):
    """The commands' output, standard error included, and their status."""
    shell.stdin.write(f"{commands}\nprintf '\\n%s %s\\n' '{END_OF_BLOCK}' $?\n")
    shell.stdin.flush()
    printed = ""
    while END_OF_BLOCK not in printed:
        line = shell.stdout.readline()
        if not line:
            sys.exit(f"bash ended, or took more than {SECONDS} seconds, in:\n{commands}\n{printed}")
        printed += line
    return printed.split(END_OF_BLOCK)[0].strip("\n"), int(printed.split(END_OF_BLOCK)[1])


def main(binary):
    binary, failed = os.path.abspath(binary), 0
    with open(README, encoding="utf-8") as file:
        blocks = list(examples(file.read()))
    ids = Ids(match[0] for commands, _ in blocks for match in VARIABLE.finditer(commands))
    server, directory = None, tempfile.TemporaryDirectory()
    shell = subprocess.Popen(["timeout", str(SECONDS), "bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, cwd=directory.name, text=True)
    try:
        for commands, shown in blocks:
            print("\n" + commands.rstrip("\n"))
            if commands.startswith("cargo run"):
                server = start_server(binary, shlex.split(commands, comments=True)[2:])
                print("OK: serves")
                continue
            printed, status = run(shell, commands)
            diff = difference(shown, printed, ids) or ([f"ended with status {status}"] if status else [])
            failed += bool(diff)
            print("\n".join(diff) if diff else "OK")
    finally:
        shell.terminate()
        if server:
            server.terminate()
            server.wait()
        directory.cleanup()
    if not server or len(blocks) < 2:
        sys.exit("README.md has no `cargo run` block, or no other: this check would mean nothing")
    sys.exit(f"{failed} of README.md's blocks print something else" if failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:] or sys.exit(__doc__))
