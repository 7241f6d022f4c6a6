"""Postfix as a peer of the outbox: a queue of its own on this machine's disk, filled first and drained then.

`python3 postfix_queue.py --work FOLDER --letters N --size OCTETS` puts N letters into the queue of a new instance while its
queue manager is off, starts the queue manager and prints the seconds until smtp-sink has taken them all. Needs root, as
Postfix does."""

import argparse
import os
import pwd
import grp
import shutil
import socket
import subprocess
import time
from pathlib import Path

PRIVATE = "active bounce corrupt defer deferred flush hold incoming private saved trace".split()
SERVICES = """cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
relay unix - - n - - smtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class Postfix:
    def __init__(self, folder, sink):
        self.folder = Path(folder)
        self.sink = sink
        self.master = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._lay_out()

    def _lay_out(self):
        user, postdrop = pwd.getpwnam("postfix"), grp.getgrnam("postdrop")
        self.queue, self.etc, data = self.folder / "queue", self.folder / "etc", self.folder / "data"
        for path in (self.folder, self.queue, self.etc, data):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o755)
        os.chown(data, user.pw_uid, user.pw_gid)
        for name, mode, uid, gid in [
            *((name, 0o700, user.pw_uid, 0) for name in PRIVATE),
            ("maildrop", 0o730, user.pw_uid, postdrop.gr_gid),
            ("public", 0o710, user.pw_uid, postdrop.gr_gid),
            ("pid", 0o755, 0, 0),
        ]:
            (self.queue / name).mkdir()
            os.chown(self.queue / name, uid, gid)
            (self.queue / name).chmod(mode)
        daemons = subprocess.run(["postconf", "-dh", "daemon_directory"], check=True, capture_output=True, text=True)
        self.daemons = daemons.stdout.strip()
        log = self.folder / "postfix.log"
        log.touch()
        os.chown(log, user.pw_uid, user.pw_gid)
        (self.etc / "main.cf").write_text(
            f"""compatibility_level = 3.6
queue_directory = {self.queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = {self.daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {log}
maillog_file_prefixes = {self.folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = bench.example.org
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_peername_lookup = no
smtp_tls_security_level = none
relayhost = [127.0.0.1]:{self.sink}
in_flow_delay = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
"""
        )

    def start(self, deliver):
        manager = "qmgr unix n - n 300 1 qmgr\n" if deliver else ""
        (self.etc / "master.cf").write_text(f"127.0.0.1:{self.port} inet n - n - - smtpd\n{manager}{SERVICES}")
        self.master = subprocess.Popen([f"{self.daemons}/master", "-c", self.etc, "-d"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError((self.folder / "postfix.log").read_text()[-2000:])

    def stop(self):
        if self.master:
            self.master.terminate()
            self.master.wait()
            self.master = None

    def fill(self, letters, size):
        subprocess.run([program("smtp-source"), "-d", "-s", "8", "-m", str(letters), "-l", str(size), "-M", "bench.example.org",
                        "-f", "ada@example.org", "-t", "bob@example.org", f"127.0.0.1:{self.port}"], check=True)
        queued = sum(len(files) for name in ("incoming", "active") for _, _, files in os.walk(self.queue / name))
        if queued != letters:
            raise RuntimeError(f"{queued} of {letters} letters are in the queue")


def main():
    parser = argparse.ArgumentParser()
    for name in ("--work", "--letters", "--size"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    letters = int(options.letters)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    postfix = Postfix(options.work, port)
    sink = None
    try:
        postfix.start(deliver=False)
        postfix.fill(letters, int(options.size))
        postfix.stop()
        os.sync()
        sink = subprocess.Popen([program("smtp-sink"), "-u", "nobody", "-M", str(letters), f"127.0.0.1:{port}", "1000"])
        begun = time.monotonic()
        postfix.start(deliver=True)
        sink.wait()
        print(time.monotonic() - begun)
    finally:
        postfix.stop()
        if sink:
            sink.kill()
            sink.wait()


if __name__ == "__main__":
    main()
