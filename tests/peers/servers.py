"""The servers that kills.py looks into: smtp-sink and the practice server, and what they were given."""

import collections
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from program import Home, end_with_parent

SINK = next((path for path in ("/usr/sbin/smtp-sink", "/usr/bin/smtp-sink") if os.access(path, os.X_OK)), None)
_BORDER = "=== the next letter ==="


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _sockets(port):
    """The states of the sockets at this port of ours: 0A is listening, 01 open, 08 the other side has closed."""
    own = f":{port:04X}"
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return [row[3] for row in rows if row[1].endswith(own)]


def wait_for(condition, words, timeout=60):
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{words} in {timeout} s")
        time.sleep(0.005)


class Received(collections.namedtuple("Received", "message_id recipients content size")):
    """A letter as a server was given it, up to its final dot: `content` with line ends LF, or None."""


class Server:
    """What all servers here have: a port that stays the same over stop() and start()."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="postrider-kills-"))
        self.port = free_port()
        self._process = None

    def wait_until_listening(self):
        wait_for(lambda: "0A" in _sockets(self.port), f"nobody listens on port {self.port}")

    def settle(self):
        """Waits until the server has read all that was written by a program that is gone."""
        wait_for(lambda: not {"01", "08"} & set(_sockets(self.port)), f"port {self.port} is still in use")

    def stop(self):
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Sink(Server):
    """smtp-sink. A letter is in its file as soon as it has read the final dot, and before it answers."""

    def __init__(self, fault=()):
        super().__init__()
        self.fault = fault
        self._user = "nobody" if os.geteuid() == 0 else None
        self._file = self.folder / "letters" / "all"
        self._file.parent.mkdir()
        if self._user:
            self.folder.chmod(0o755)
            shutil.chown(self._file.parent, self._user)

    def start(self, healthy=True):
        options = ["-h", "sink.example.org", "-D", self._file, "-S", _BORDER + "\\n"]
        options += [] if healthy else self.fault
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [SINK, *map(str, options), f"127.0.0.1:{self.port}", "100"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self._user, preexec_fn=end_with_parent,
            )  # fmt: skip
        self.wait_until_listening()

    def forget(self):
        self._file.unlink(missing_ok=True)

    def received(self):
        if not self._file.exists():
            return []
        letters = self._file.read_bytes().split(_BORDER.encode() + b"\n")[1:]
        return [self._read(letter) for letter in letters]

    @staticmethod
    def _read(letter):
        # Its own fields on top, Received with its folded lines as the last; behind the letter an empty line.
        head, content = re.fullmatch(rb"(.*?\nReceived: [^\n]*\n(?:\t[^\n]*\n)*)(.*)\n", letter, re.S).groups()
        recipients = re.findall(rb"^X-Rcpt-Args: <([^>]*)>", head, re.M)
        message_id = re.search(rb"^Message-ID: *(<[^>]*>)", content, re.M | re.I)
        return Received(message_id.group(1).decode(), sorted(map(bytes.decode, recipients)), content, None)


class PracticeServer(Server):
    """`postrider practice`; it tells the envelope and the octets of what it received, before it answers or hangs up."""

    def __init__(self, fault):
        super().__init__()
        self.fault = fault
        self._home = Home()
        self._said = self.folder / "said"
        self.ca_file = None

    def start(self, healthy=True):
        scenario = "accept-all" if healthy else self.fault
        with open(self._said, "wb") as said:
            self._process = self._home.start(
                "practice", "--port", self.port, "--scenario", scenario, stdout=said, stderr=said
            )
        wait_for(lambda: b"\nsign in" in self._said.read_bytes(), "the practice server did not start")
        [self.ca_file] = re.findall(r"^certificate (.*)$", self._said.read_text(errors="replace"), re.M)

    def forget(self):
        """Its words begin anew with every start()."""

    def received(self):
        told = self._said.read_text(errors="replace")
        letters = re.findall(r"^received message .*\n((?:  for <.*>\n)*)  (\d+) octets$", told, re.M)
        return [
            Received(None, sorted(re.findall(r"  for <(.*)>", recipients)), None, int(octets))
            for recipients, octets in letters
        ]

    def close(self):
        super().close()
        self._home.close()
