"""The program under test, driven through its command line in homes of its own.

POSTRIDER names the program. Every process started here ends with the test that started it. No keychain answers and
nothing of the person's own settings is seen: the environment is made from nothing.
"""

import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

# Exit codes of the command line's contract.
OK, USAGE, DATA_ERROR, NO_INPUT, REFUSED, INTERNAL = 0, 64, 65, 66, 69, 70
CANNOT_CREATE, IO_ERROR, TEMPORARY, PROTOCOL, SIGN_IN, CONFIGURATION = 73, 74, 75, 76, 77, 78

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def end_with_parent():
    """For preexec_fn: the process is killed when the thread that started it is gone, however it went."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def program():
    path = os.environ.get("POSTRIDER")
    if not path or not os.access(path, os.X_OK):
        raise RuntimeError("POSTRIDER has to name the program to test")
    return os.path.abspath(path)


class Result:
    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    @property
    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise AssertionError(f"not one JSON document ({error}): {self}") from None

    def __str__(self):
        return f"{' '.join(self.arguments)}\nexit {self.code}\nstdout: {self.out[-4000:]}\nstderr: {self.err[-4000:]}"


class Home:
    """A folder with everything the program keeps, gone afterwards. `outside` is a folder that is no part of it."""

    def __init__(self, path=None):
        self._root = Path(tempfile.mkdtemp(prefix="postrider-home-"))
        self.path = Path(path) if path else self._root / "home"
        self.outside = self._root / "outside"
        self.outside.mkdir()
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.outside),
            "TMPDIR": str(self.outside),
            "LC_ALL": "C.UTF-8",
            # No session bus, so that no keychain of the machine is asked.
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "QT_QPA_PLATFORM": "offscreen",
        }
        # What sanitizers and debuggers want to be told is no setting of the program.
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def close(self):
        shutil.rmtree(self._root, ignore_errors=True)

    def start(self, *arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
        return subprocess.Popen(
            [program(), "--home", str(self.path), *map(str, arguments)],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=self.environment,
            cwd=self.outside,
            preexec_fn=end_with_parent,
        )

    def run(self, *arguments, input=b"", timeout=120):
        return self.finish(self.start(*arguments, stdin=subprocess.PIPE), input, timeout)

    def finish(self, process, input=b"", timeout=120):
        """Waits for what start() began."""
        if isinstance(input, str):
            input = input.encode()
        arguments = process.args[3:]
        try:
            out, err = process.communicate(input, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(
                f"no end after {timeout} s: {' '.join(arguments)}\n"
                f"{out.decode(errors='replace')}\n{err.decode(errors='replace')}"
            ) from None
        return Result(
            arguments, process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
        )

    def file(self, name, content):
        path = self.outside / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def use_vault(self, passphrase="one sesquipedalian passphrase"):
        self.environment["POSTRIDER_VAULT_PASSPHRASE_FILE"] = str(self.file("passphrase", passphrase + "\n"))

    def messages(self):
        """`outbox list --json`."""
        answer = self.run("outbox", "list", "--json")
        if answer.code != OK:
            raise AssertionError(str(answer))
        return answer.json if isinstance(answer.json, list) else answer.json["messages"]


class Practice:
    """`postrider practice` on a free port, with a home of its own."""

    def __init__(self, scenario):
        self.scenario = scenario

    def __enter__(self):
        self._home = Home()
        self._process = self._home.start(
            "practice", "--port", "0", "--scenario", self.scenario, stderr=subprocess.STDOUT
        )
        said, self.port, self.ca_file = b"", None, None
        deadline = time.monotonic() + 30
        while not (self.port and self.ca_file):
            ready, _, _ = select.select([self._process.stdout], [], [], max(0, deadline - time.monotonic()))
            chunk = os.read(self._process.stdout.fileno(), 65536) if ready else b""
            said += chunk
            if not chunk:
                self.__exit__()
                raise AssertionError("the practice server did not start: " + said.decode(errors="replace"))
            for line in said.decode(errors="replace").splitlines(keepends=True):
                if line.startswith("listening on 127.0.0.1:") and line.endswith("\n"):
                    self.port = int(line.rsplit(":", 1)[1])
                elif line.startswith("certificate ") and line.endswith("\n"):
                    self.ca_file = line[len("certificate ") :].rstrip("\n")
        # What it prints from now on has to go somewhere, or it would stop at a full pipe.
        self._drain = subprocess.Popen(
            ["cat"], stdin=self._process.stdout, stdout=subprocess.DEVNULL, preexec_fn=end_with_parent
        )
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        if hasattr(self, "_drain"):
            self._drain.wait()
        self._home.close()

    def add_account(self, home, name="practice", password="practice"):
        home.file("practice-password", password + "\n")
        return home.run(
            "account", "add", name, "--host", "127.0.0.1", "--port", self.port, "--security", "starttls",
            "--user", "practice", "--password-command", f"cat {home.outside}/practice-password",
            "--from", "ada@example.org", "--ca-file", self.ca_file,
        )  # fmt: skip
