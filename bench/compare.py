"""Measures Postrider's engine beside its peers and prints tables with ratios. Started by bench/run.

Peers take turns, one repetition after the other, so that what else the machine does hits all alike; a figure is the
median, with the smallest and the largest. Nothing leaves the loopback, and nothing is written outside --work."""

import argparse
import contextlib
import json
import os
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from peers import sqlite_rows

HERE = Path(__file__).parent
LETTER = 5120  # octets
RTT = 0.020  # seconds, nominal


class Failed(Exception):
    """A peer that could not do it; its place in the table stays empty."""


def ended(command, **options):
    """Runs it to its end: the seconds it took and what it said."""
    begun = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
    took = time.monotonic() - begun
    if done.returncode:
        raise Failed(f"{command[0]}: {done.returncode} {done.stderr.decode(errors='replace')[-300:]}")
    return took, done.stdout.decode()


@contextlib.contextmanager
def serving(command, port=None):
    """Runs a server until the end of the block; one of ours says its port and ends with its standard input."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        if port is None:
            port = int(process.stdout.readline().split()[-1])
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def smtp_sink():
    """Postfix's; as root it wants to be somebody else."""
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    return serving([shutil.which("smtp-sink", path=SBIN), *user, f"127.0.0.1:{port}", "1000"], port)


SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class Bench:
    def __init__(self, options):
        self.programs = options.programs
        self.work = options.work
        self.repetitions = options.repetitions
        self.quick = options.quick
        self.letter = self.work / "letter.eml"
        head = b"From: ada@example.org\r\nTo: bob@example.org\r\nSubject: bench\r\nMessage-ID: <bench@example.org>\r\n\r\n"
        lines = -(-(LETTER - len(head)) // 72)
        whole = head + (b"x" * 70 + b"\r\n") * lines
        self.letter.write_bytes(whole)
        self.text = self.work / "letter.txt"  # for those who end the lines themselves
        self.text.write_bytes(whole.replace(b"\r\n", b"\n"))
        self.node = shutil.which("node") if (self.work / "node_modules" / "nodemailer").is_dir() else None

    # One run each: port, connections, letters → seconds for all of them.

    def engine(self, port, connections, letters, lane="default"):
        _, out = ended([self.programs / "bench-engine", "--port", str(port), "--connections", str(connections),
                           "--letters", str(letters), "--size", str(LETTER), "--lane", lane])
        return json.loads(out)["seconds"]

    def bulk(self, port, connections, letters):
        return self.engine(port, connections, letters, "bulk")

    def window(self, port, connections, letters):
        return self.engine(port, connections, letters, "window")

    def outbox(self, port, connections, letters, lane="default"):
        home = self.work / "home"
        shutil.rmtree(home, ignore_errors=True)
        return self.drained(port, connections, letters, home, lane)

    def drained(self, port, connections, letters, home, lane="default"):
        _, out = ended([self.programs / "bench-outbox", "--port", str(port), "--connections", str(connections),
                           "--letters", str(letters), "--size", str(LETTER), "--lane", lane, "--home", home])
        return json.loads(out)["seconds"]

    def outbox_bulk(self, port, connections, letters):
        return self.outbox(port, connections, letters, "bulk")

    def smtp_source(self, port, connections, letters):
        program = shutil.which("smtp-source", path=SBIN)
        took, _ = ended([program, "-d", "-s", str(connections), "-m", str(letters), "-F", self.text, "-M",
                            "bench.example.org", "-f", "ada@example.org", "-t", "bob@example.org", f"127.0.0.1:{port}"])
        return took

    def curl(self, port, connections, letters):
        config = self.work / "curl.conf"
        one = f'url = "smtp://127.0.0.1:{port}"\nupload-file = "{self.letter}"\n'
        config.write_text('silent\nmail-from = "ada@example.org"\nmail-rcpt = "bob@example.org"\n' +
                          (f"parallel\nparallel-max = {connections}\n" if connections > 1 else "") + one * letters)
        return ended(["curl", "--disable", "--noproxy", "*", "--config", config])[0]

    def smtplib(self, port, connections, letters):
        out = ended([sys.executable, HERE / "peers" / "smtplib_client.py", str(port), str(connections), str(letters),
                     self.letter])[1]
        return float(out)

    def nodemailer(self, port, connections, letters):
        if not self.node:
            raise Failed("nodemailer is not here")
        environment = os.environ | {"NODE_PATH": str(self.work / "node_modules")}
        out = ended([self.node, HERE / "peers" / "nodemailer_client.js", str(port), str(connections), str(letters),
                     self.letter], env=environment)[1]
        return float(out)

    def msmtp(self, port, connections, letters):
        command = self.msmtp_command(port)
        begun = time.monotonic()
        running = []
        for _ in range(letters):
            if len(running) >= connections:
                self.await_one(running)
            with open(self.text, "rb") as letter:
                running.append(subprocess.Popen(command, stdin=letter, stderr=subprocess.DEVNULL))
        while running:
            self.await_one(running)
        return time.monotonic() - begun

    @staticmethod
    def msmtp_command(port):
        return ["msmtp", "-C", os.devnull, "--host=127.0.0.1", f"--port={port}", "--from=ada@example.org", "--tls=off",
                "--auth=off", "bob@example.org"]

    @staticmethod
    def await_one(running):
        pid, status = os.waitpid(-1, 0)
        process = next(each for each in running if each.pid == pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        running.remove(process)
        if status:
            raise Failed("msmtp")

    # The three figures.

    def repeat(self, peers, once, most=100):
        """Every peer in turn, so many times; {name: [figure, …]}."""
        figures = {name: [] for name in peers}
        for repetition in range(min(self.repetitions, most)):
            for name, peer in peers.items():
                try:
                    figures[name].append(once(name, peer))
                except (Failed, FileNotFoundError, TypeError) as problem:
                    if repetition == 0:
                        print(f"   {name}: {problem}", file=sys.stderr)
        return figures

    def round_trips(self):
        """What one more letter takes, in round trips: the slope between few and many, so that neither a program's start
        nor the connection counts. msmtp makes a connection for each letter, and that is what it costs."""
        def once(name, peer):
            few, many = (1, 5) if name == "msmtp" else (20, 180) if "window" in name else (4, 36)
            idle = self.ping(port)
            seconds = (peer(port, 1, many) - peer(port, 1, few)) / (many - few)
            return seconds / RTT, seconds / idle, idle * 1000

        print("\n## Round trips a message, 20 ms (at most: 2.05, bulk 1.05, window 0.3)\n")
        peers = {"postrider, default lane": self.engine, "postrider, bulk lane": self.bulk, "smtp-source -d": self.smtp_source,
                 "curl": self.curl, "smtplib": self.smtplib, "nodemailer (pool)": self.nodemailer, "msmtp": self.msmtp}
        with smtp_sink() as sink, self.delayed(sink) as port:
            figures = self.repeat(peers, once)
        with serving([self.programs / "bench-sink"]) as sink, self.delayed(sink) as port:
            figures |= self.repeat({"postrider, window lane (bench-sink)": self.window}, once)
        idle = [each[2] for runs in figures.values() for each in runs]
        print(f"A NOOP took {statistics.median(idle):.2f} ms, {min(idle):.2f} to {max(idle):.2f}.\n")
        for at, unit in enumerate(("round trips of 20 ms", "round trips of a NOOP just before")):
            table({name: [each[at] for each in runs] for name, runs in figures.items()}, "postrider, default lane",
                  unit, digits=3)
            print()

    def delayed(self, port):
        return serving([self.programs / "bench-delay", str(port), str(int(RTT / 2 * 1e6))])

    @staticmethod
    def ping(port):
        times = []
        with smtplib.SMTP("127.0.0.1", port) as server:
            for _ in range(15):
                begun = time.monotonic()
                server.noop()
                times.append(time.monotonic() - begun)
        return statistics.median(times)

    def rate(self):
        scale = 5 if self.quick else 1
        # Fewer of those who need longer; nodemailer does 22 a second over one connection.
        counts = {"msmtp": 100, "smtplib": 3000, "nodemailer (pool)": 100, "curl": 3000}

        def once(name, peer):
            letters = counts.get(name, 10000) * (connections if name.startswith("nodemailer") else 1) // scale
            return letters / peer(port, connections, letters)

        peers = {"postrider, default lane": self.engine, "postrider, bulk lane": self.bulk, "smtp-source -d": self.smtp_source,
                 "curl": self.curl, "smtplib": self.smtplib, "nodemailer (pool)": self.nodemailer, "msmtp": self.msmtp}
        yardstick = None
        for connections in (1, 10):
            print(f"\n## Messages a second into smtp-sink, 5 KB, {connections} connection{'s'[:connections > 1]}\n")
            with smtp_sink() as port:
                figures = self.repeat(peers, once)
            one = statistics.median(figures["smtp-source -d"]) if figures["smtp-source -d"] else None
            yardstick = yardstick or one
            table(figures, "smtp-source -d", "messages/s", yardstick=yardstick)
        print("\n## Messages a second into bench-sink (CHUNKING), 5 KB, 1 connection\n")
        connections = 1
        peers = {"postrider, default lane": self.engine, "postrider, bulk lane": self.bulk, "postrider, window lane": self.window,
                 "smtp-source -d": self.smtp_source}
        with serving([self.programs / "bench-sink"]) as port:
            figures = self.repeat(peers, once)
        table(figures, "smtp-source -d", "messages/s")

    def books(self):
        """The same with everything that makes a message safe; no peer here keeps books."""
        letters = 200 if self.quick else 1000
        print("\n## The whole outbox, its books synced to disk (messages/s; no peer does this)\n")
        figures = {}
        with smtp_sink() as port:
            for connections in (1, 10):
                for name, run in (("default", self.outbox), ("bulk", self.outbox_bulk)):
                    lane = f"{name} lane, {connections} connection{'s'[:connections > 1]}"
                    figures |= self.repeat({lane: lambda n=connections, run=run: letters / run(port, n, letters)},
                                           lambda _, rate: rate())
        syncs = self.syncs_a_second()
        table(figures | {"(fdatasync of 4 KB appended, for scale)": [syncs]}, None, "a second")

    def drain(self):
        """A queue on disk emptied into smtp-sink, by us and by Postfix; then by us beside a long and a short history."""
        letters = 1000 if self.quick else 10_000
        connections = 20  # what Postfix goes up to for one destination
        print(f"\n## Draining {letters:,} queued letters of 5 KB into smtp-sink, messages/s (goal: 3 × Postfix)\n")

        def ours(lane="default"):
            with smtp_sink() as port:
                return letters / self.outbox(port, connections, letters, lane)

        def postfix():
            folder = self.work / "postfix"
            shutil.rmtree(folder, ignore_errors=True)
            command = [sys.executable, HERE / "peers" / "postfix_queue.py", "--work", folder, "--letters", str(letters),
                       "--size", str(LETTER)]
            return letters / float(ended(command)[1])

        peers = {"postrider, default lane": ours, "postrider, bulk lane": lambda: ours("bulk"), "Postfix": postfix}
        figures = self.repeat(peers, lambda _, run: run())
        table(figures | {"(fdatasync of 4 KB appended, for scale)": [self.syncs_a_second()]}, "Postfix", "a second", digits=2)
        self.drain_beside_history(letters, connections)

    def drain_beside_history(self, letters, connections):
        many, few = (100_000 if self.quick else 1_000_000), 1_000
        print(f"\n## Draining {letters:,} letters beside messages sent before, seconds (goal: at most 1.2)\n")
        prepared = {number: self.work / f"history-{number}" for number in (few, many)}
        try:
            for number, home in prepared.items():
                ended([self.programs / "bench-find", "--home", home, "--prepare", str(number)])

            def once(_, number):
                home = self.work / "home"
                shutil.rmtree(home, ignore_errors=True)
                home.mkdir()
                [books] = prepared[number].rglob("*.db")
                shutil.copyfile(books, home / "books.db")
                os.sync()
                with smtp_sink() as port:
                    return self.drained(port, connections, letters, home)

            figures = self.repeat({f"beside {number:,} messages": number for number in (few, many)}, once)
        finally:
            for home in (*prepared.values(), self.work / "home"):
                shutil.rmtree(home, ignore_errors=True)
        table(figures, f"beside {few:,} messages", "seconds", digits=2)

    def enqueue(self):
        """Personal letters with one attachment, each durable; beside SQLite writing rows of that size in one transaction."""
        letters, attached = (1000 if self.quick else 10_000), 5 << 20
        print(f"\n## {letters:,} personal letters with a common attachment of 5 MB, composed and queued, seconds (goal: 5 × SQLite)\n")
        attachment = self.work / "offer.pdf"
        attachment.write_bytes(b"%PDF-1.5\n" + os.urandom(attached - 9))
        time.sleep(1)  # what was changed this very moment is read twice
        sizes = []

        def ours():
            home = self.work / "home"
            shutil.rmtree(home, ignore_errors=True)
            _, out = ended([self.programs / "bench-enqueue", "--home", home, "--letters", str(letters), "--attach", attachment])
            files = [(file, file.stat().st_size) for file in home.rglob("*") if file.is_file()]
            sizes.append((sum(size for _, size in files), sum(size for file, size in files if "spool" in file.parts)))
            return json.loads(out)["seconds"]

        def octets_each():
            return (sizes[-1][0] - sizes[-1][1]) // letters

        plain = sqlite_rows.Plain(self.work / "plain.db")
        peers = {"postrider": ours,
                 "SQLite, the same rows": lambda: plain.insert(sqlite_rows.rows_of(self.work / "home")),
                 "SQLite, as many octets in one row a letter": lambda: plain.insert(sqlite_rows.one_row(letters, octets_each()))}
        figures = self.repeat(peers, lambda _, run: run())
        table(figures, "SQLite, as many octets in one row a letter", "seconds", digits=2)
        whole, spool = sizes[-1]
        print(f"\nOn disk: {whole / 1e6:.1f} MB, of which the attachment is {spool / 1e6:.1f} MB and every letter "
              f"{(whole - spool) / letters / 1024:.1f} KB (goal: 5 MB + 8 KB a letter).")

    def syncs_a_second(self):
        with open(self.work / "sync", "wb", buffering=0) as file:
            begun = time.monotonic()
            for _ in range(200):
                file.write(b"x" * 4096)
                os.fdatasync(file.fileno())
        return 200 / (time.monotonic() - begun)

    def find(self):
        """Pages and searches among many messages beside the same among few."""
        many, few = (100_000 if self.quick else 1_000_000), 1_000
        print(f"\n## Pages of 200 and searches among {many:,} messages, in ms (at most: 5 a page, 50 a search)\n")
        program = self.programs / "bench-find"
        homes = {number: self.work / f"find-{number}" for number in (many, few)}
        figures = {number: {} for number in homes}
        try:
            for number, home in homes.items():
                ended([program, "--home", home, "--prepare", str(number)])
            size = sum(file.stat().st_size for file in homes[many].rglob("*") if file.is_file())
            for _ in range(self.repetitions):
                for number, home in homes.items():
                    for extra in ([], ["--start"]):
                        for name, times in json.loads(ended([program, "--home", home, *extra])[1]).items():
                            figures[number].setdefault(name, []).extend(times)
        finally:
            for home in homes.values():
                shutil.rmtree(home, ignore_errors=True)
        print(f"| | {many:,} messages | smallest – largest | {few:,} messages | × |\n| --- | ---: | ---: | ---: | ---: |")
        for name, values in sorted(figures[many].items()):
            median, small = statistics.median(values), statistics.median(figures[few][name])
            print(f"| {name} | {median:.2f} | {min(values):.2f} – {max(values):.2f} | {small:.2f} | {median / small:.2f} |")
        print(f"\nThe books take {size / many / 1000:.2f} KB a message.")

    def large(self):
        size = (64 << 20) if self.quick else (1 << 30)
        print(f"\n## A letter with an attachment of {size >> 20} MB\n")
        big, small, spool = self.work / "big", self.work / "small", self.work / "spool"
        spool.mkdir(exist_ok=True)
        with open(big, "wb") as file:
            for _ in range(size >> 20):
                file.write(os.urandom(1 << 20))
        small.write_bytes(os.urandom(1024))
        keep = lambda path: ended([self.programs / "bench-engine", "--spool", spool, "--keep", path])[1].strip()
        kept = {big: keep(big), small: keep(small)}
        ready = self.work / "ready.eml"
        lines = {big: self.encode(big, ready)}
        environment = os.environ | {"NODE_PATH": str(self.work / "node_modules")}

        def watched(command, said=None, **options):
            """Seconds, by its own clock where it has one, and peak resident memory in KB."""
            begun = time.monotonic()
            done = subprocess.run([self.programs / "bench-peak", *command], capture_output=True, check=False, **options)
            took = time.monotonic() - begun
            if done.returncode:
                raise Failed(f"{command[0]}: {done.returncode} {done.stderr.decode(errors='replace')[-300:]}")
            return said(done.stdout) if said else took, int(done.stderr.split()[-1])

        def seconds(out):
            return json.loads(out)["seconds"]

        def engine(port, path):
            return watched([self.programs / "bench-engine", "--port", str(port), "--letters", "1", "--size", "300",
                            "--spool", spool, "--attach", kept[path]], seconds)

        def outbox(port, path):
            home = self.work / "home"
            shutil.rmtree(home, ignore_errors=True)
            return watched([self.programs / "bench-outbox", "--port", str(port), "--letters", "1", "--size", "300",
                            "--home", home, "--attach", path], seconds)

        mail = ["curl", "--disable", "--silent", "--noproxy", "*", "--mail-from", "ada@example.org",
                "--mail-rcpt", "bob@example.org"]

        def curl_ready(port, path):
            return watched([*mail, "--upload-file", ready if path == big else path, f"smtp://127.0.0.1:{port}"])

        def curl_encoding(port, path):
            return watched([*mail, "-F", f"=@{path};encoder=base64", f"smtp://127.0.0.1:{port}"])

        def nodemailer(port, path):
            if not self.node:
                raise Failed("nodemailer is not here")
            return watched([self.node, HERE / "peers" / "nodemailer_client.js", str(port), "1", "1", self.letter, path],
                           float, env=environment)

        def msmtp(port, path):
            with open(ready if path == big else path, "rb") as letter:
                return watched(self.msmtp_command(port), stdin=letter)

        peers = {"postrider, session": engine, "postrider, outbox with books": outbox, "curl --upload-file (encoded before)": curl_ready,
                 "curl -F encoder=base64": curl_encoding, "nodemailer": nodemailer, "msmtp (encoded before)": msmtp}
        with smtp_sink() as port:
            runs = self.repeat(peers, lambda _, peer: (peer(port, small), peer(port, big)), most=3)
        wire = lines[big] / 1e6
        rates = {name: [wire / run[1][0] for run in each] for name, each in runs.items()}
        table(rates, "curl --upload-file (encoded before)", "MB/s on the wire")
        print()
        more = {name: [(run[1][1] - run[0][1]) / 1024 for run in each] for name, each in runs.items()}
        table(more, None, "MB more memory than with 1 KB", digits=1)
        print()
        table({name: [run[1][1] / 1024 for run in each] for name, each in runs.items()}, None, "MB peak resident")
        for path in (big, ready):
            path.unlink()
        shutil.rmtree(spool)

    @staticmethod
    def encode(source, target):
        """A whole message, its attachment encoded; octets."""
        import base64
        with open(source, "rb") as octets, open(target, "wb") as out:
            out.write(b"Subject: bench\r\nContent-Transfer-Encoding: base64\r\n\r\n")
            while chunk := octets.read(57 * 4096):
                encoded = base64.b64encode(chunk)
                out.write(b"".join(encoded[i:i + 76] + b"\r\n" for i in range(0, len(encoded), 76)))
            return out.tell()


def table(figures, beside, unit, yardstick=None, digits=0):
    base = statistics.median(figures[beside]) if beside and figures.get(beside) else None
    heads = [unit, "smallest – largest"]
    if base:
        heads.append(f"× {beside}")
    if yardstick:
        heads.append(f"× {beside} on one connection")
    print("| | " + " | ".join(heads) + " |")
    print("| --- |" + " ---: |" * len(heads))
    for name, values in figures.items():
        if not values:
            print(f"| {name} | – |" + " |" * (len(heads) - 1))
            continue
        median = statistics.median(values)
        cells = [f"{median:,.{digits}f}", f"{min(values):,.{digits}f} – {max(values):,.{digits}f}"]
        cells += [f"{median / each:.2f}" for each in (base, yardstick) if each]
        print(f"| {name} | " + " | ".join(cells) + " |")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("figures", nargs="*", default=[], help="roundtrips, rate, books, drain, enqueue, find, large")
    options = parser.parse_args()
    bench = Bench(options)
    known = {"roundtrips": bench.round_trips, "rate": bench.rate, "books": bench.books, "drain": bench.drain,
             "enqueue": bench.enqueue, "find": bench.find, "large": bench.large}
    for name in options.figures or known:
        known[name]()


main()
