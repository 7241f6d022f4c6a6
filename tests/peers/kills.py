"""Kills the program again and again while it sends, and compares its books with what the servers received (law 8).

A Battlefield has the servers and a home in which letters are queued. A Trial is a copy of that home: the program is
started on it and killed, as often as it is wanted, then left to finish. Then every letter of the books has to be where
the servers say it is: nothing lost, nothing twice but what was uncertain and then sent again here. Kills come at the
n-th write to the disk or to the network (tests/support/killer, loaded into the program) or after a time.

What is random comes from one seed, which is told when something fails. Used by test_kills.py and bench/soak.
"""

import collections
import email
import email.policy
import os
import random
import shutil
import subprocess
import time

from program import OK, Home
from servers import PracticeServer, Sink

KILLED = -9


def killer():
    """The library that kills; None where it is not built."""
    path = os.environ.get("POSTRIDER_KILLER")
    return os.path.abspath(path) if path and os.access(path, os.R_OK) else None


class Letter:
    """What was queued, and the only correct content."""

    def __init__(self, account, number, recipients, content):
        self.account, self.number, self.content = account, number, content
        self.recipients = sorted(recipients)
        self.id = None
        self.message_id = None


class Kill(collections.namedtuple("Kill", "how at")):
    """how: before, half, after the at-th write; or time: after so many seconds."""

    def orders(self):
        return {} if self.how == "time" else {"KILLER_HOW": self.how, "KILLER_AT": str(self.at)}

    def __str__(self):
        return f"after {self.at:.3f} s" if self.how == "time" else f"{self.how} write {self.at}"


class Fault(collections.namedtuple("Fault", "how at count")):
    """The disk is full, read-only or broken at the at-th call that can fail so, for `count` of them; 0: for good."""

    def orders(self):
        return {"KILLER_FAIL": self.how, "KILLER_FROM": str(self.at), "KILLER_FOR": str(self.count)}

    def __str__(self):
        return f"{self.how} at call {self.at}" + (f" for {self.count} calls" if self.count else " for good")


def start_with(home, orders, *command, log=None, **more):
    """Home.start() of a program that has a Kill or a Fault in it, or only writes down its writes."""
    ordinary = home.environment
    home.environment = ordinary | {"LD_PRELOAD": killer(), "KILLER_BELOW": os.path.realpath(home.path)}
    home.environment |= orders.orders() if orders else {}
    home.environment |= {"KILLER_LOG": str(log)} if log else {}
    try:
        return home.start(*command, **more)
    finally:
        home.environment = ordinary


def run_with(home, orders, *command, log=None):
    """Whether it was killed, and what it said and left."""
    process = start_with(home, orders, *command, log=log, stdin=subprocess.PIPE)
    if isinstance(orders, Kill) and orders.how == "time":
        try:
            process.wait(orders.at)
        except subprocess.TimeoutExpired:
            process.kill()
    answer = home.finish(process)
    return answer.code == KILLED, answer


class Battlefield:
    """Servers, accounts, and a home with letters of every kind queued in it; trials are copies of that home."""

    healthy = True  # whether the servers take letters before the trial repairs them
    run_command = ("outbox", "run", "--until-empty", "--timeout", "60")

    def __init__(self):
        self.home = Home()
        self.servers = []
        self.letters = []
        self.in_flight = {}  # how many letters of an account may be under way at once

    def __enter__(self):
        try:
            self.prepare()
            self.queue_all()
            self.measure()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for server in self.servers:
            server.close()
        self.home.close()

    def expect(self, answer, code=OK):
        if answer.code != code:
            raise AssertionError(f"exit {code} expected: {answer}")
        return answer

    def add_server(self, server):
        self.servers.append(server)
        server.start(self.healthy)
        return server

    def add_account(self, name, server, *more, connections, letters=1):
        self.in_flight[name] = connections * letters
        self.expect(self.home.run(
            "account", "add", name, "--host", "127.0.0.1", "--port", server.port, "--from", "ada@example.org",
            "--max-connections", connections, *more,
        ))  # fmt: skip

    def prepare(self):
        raise NotImplementedError

    def queue_all(self):
        for account in self.in_flight:
            self.queue_kinds(account)

    def queue_kinds(self, account):
        self.queue_finished(account, 1, b"Hello.\n")
        self.queue_finished(account, 3, b".\n..\n.a line that begins with a dot\n.\n")
        self.queue_finished(account, 1, b"0123456789abcde\n" * 70_000)
        self.queue_composed(account)
        self.queue_finished(account, 2, b"The last one.\n")

    def _addresses(self, account, count):
        return [f"{account}-{len(self.letters)}-{i}@example.org" for i in range(count)]

    @staticmethod
    def finished(message_id, subject, body):
        return (
            f"From: ada@example.org\nTo: everybody:;\nSubject: {subject}\nMessage-ID: {message_id}\n"
            "Date: Sat, 21 Nov 2026 18:00:00 +0000\n\n"
        ).encode() + body

    def queue_finished(self, account, count, body):
        """A finished message is sent as it is (--eml), so the file is the truth."""
        number = len(self.letters)
        recipients = self._addresses(account, count)
        letter = Letter(account, number, recipients, None)
        letter.message_id = f"<letter-{number}@example.org>"
        letter.content = self.finished(letter.message_id, f"letter {number}", body)
        file = self.home.file(f"letter-{number}.eml", letter.content)
        self._queue(letter, ["--eml", file], recipients)

    def queue_composed(self, account):
        """With a file in the spool. Its content is what the first delivery brings, if that is right."""
        number = len(self.letters)
        recipients = self._addresses(account, 2)
        letter = Letter(account, number, recipients, None)
        letter.attachment = random.Random(number).randbytes(150_000)
        file = self.home.file(f"letter-{number}.bin", letter.attachment)
        text = self.home.file(f"letter-{number}.txt", "Grüße.\n")
        self._queue(letter, ["--subject", f"letter {number}", "--text", text, "--attach", file], recipients)

    def _queue(self, letter, what, recipients):
        to = [word for address in recipients for word in ("--to", address)]
        answer = self.expect(self.home.run("send", "--queue", "--json", "--account", letter.account, *what, *to))
        letter.id = answer.json["id"]
        letter.message_id = answer.json["messageId"]
        letter.size = answer.json["size"]
        self.letters.append(letter)

    def measure(self):
        """An unharmed run: how many writes there are and how long it takes; and what is correct is received."""
        with Trial(self, "unharmed") as trial:
            log = trial.home.outside / "writes"
            begun = time.monotonic()
            _, answer = run_with(trial.home, None, *self.run_command, log=log)
            self.seconds = time.monotonic() - begun
            self.expect(answer)
            self.writes = len(log.read_text().splitlines())
            trial.compare()
            trial.resend()

    def learn(self, got):
        letter = self.letter_of(got)
        if letter.content is None and got.content is not None:
            read = email.message_from_bytes(got.content, policy=email.policy.default)
            [attachment] = read.iter_attachments()
            if attachment.get_content() != letter.attachment or read.get_body().get_content() != "Grüße.\r\n":
                raise AssertionError("the first delivery is wrong already")
            letter.content = got.content

    def letter_of(self, got):
        """By the envelope: no two letters have the same recipients."""
        for letter in self.letters:
            if letter.recipients == got.recipients:
                return letter
        raise AssertionError(f"an envelope nobody has queued: {got.recipients}")

    def received(self):
        return [got for server in self.servers for got in server.received()]

    def most_uncertain(self, account, kills):
        return kills * self.in_flight[account]

    def random_kill(self, chance):
        how = chance.choice(["before", "half", "after", "time"])
        return Kill(how, chance.uniform(0.02, self.seconds) if how == "time" else chance.randint(1, self.writes))


class Sinks(Battlefield):
    """Two accounts on a server that takes everything: several connections, and the bulk lane."""

    def prepare(self):
        sink = self.add_server(Sink())
        self.add_account("several", sink, "--security", "none", connections=3)
        self.add_account("bulk", sink, "--security", "none", "--lane", "bulk", connections=2, letters=2)


class Dropping(Battlefield):
    """A server that hangs up on every letter, until the trial repairs it."""

    healthy = False
    run_command = ("outbox", "run", "--timeout", "60")


class DroppedBeforeTheDot(Dropping):
    def prepare(self):
        self.add_account("cut", self.add_server(Sink(["-q", "DATA"])), "--security", "none", connections=2)

    def most_uncertain(self, account, kills):
        return 0  # no content was begun


class DroppedAfterTheDot(Dropping):
    """The practice server: with TLS and a sign-in, and it keeps what it does not answer for."""

    def prepare(self):
        server = self.add_server(PracticeServer("drop-after-dot"))
        password = self.home.file("password", "practice\n")
        self.add_account(
            "drop", server, "--security", "starttls", "--ca-file", server.ca_file, "--user", "practice",
            "--password-command", f"cat {password}", connections=2,
        )  # fmt: skip

    def most_uncertain(self, account, kills):
        return len(self.letters)  # the server sees to that


class Trial:
    """A copy of the home, the kills, and the comparison."""

    def __init__(self, field, name):
        self.field, self.name = field, name
        self.home = Home()
        shutil.copytree(field.home.path, self.home.path)
        self.killed = 0
        self.resent = set()
        self.uncertain = 0
        self._log = self.home.outside / "writes"

    def __enter__(self):
        for server in self.field.servers:
            if not self.field.healthy:
                server.stop()
            server.forget()
            if not self.field.healthy:
                server.start(healthy=False)
        return self

    def __exit__(self, *_):
        self.home.close()

    def kill(self, kill):
        """Whether it came to that."""
        self._log.unlink(missing_ok=True)
        killed, answer = run_with(self.home, kill, *self.field.run_command, log=self._log)
        if not killed:
            self.field.expect(answer)
        self.killed += killed
        for server in self.field.servers:
            server.settle()
        return killed

    def where(self):
        """The last writes before the kill, for the words of a failure."""
        return "\n".join(self._log.read_text().splitlines()[-5:]) if self._log.exists() else ""

    def run(self, *command):
        return self.field.expect(self.home.run(*command))

    def finish(self):
        self.run(*self.field.run_command)

    def books(self):
        return {message["id"]: message for message in self.home.messages()}

    def fail(self, words, letter):
        shown = self.home.run("outbox", "show", letter.id)
        talk = self.home.run("transcript", letter.id)
        raise AssertionError(
            f"{self.name}: letter {letter.id} of account {letter.account}: {words}\n{self.where()}\n{shown}\n{talk}"
        )

    def compare(self):
        """The books against what was received."""
        books = self.books()
        counted = collections.Counter()
        for got in self.field.received():
            letter = self.field.letter_of(got)
            counted[letter.id] += 1
            self.field.learn(got)
            if got.content is not None and got.content != letter.content:
                self.fail(f"{len(got.content)} octets were received instead of {len(letter.content)}", letter)
            if got.content is not None and got.message_id != letter.message_id:
                self.fail(f"received as {got.message_id}", letter)
            if got.size is not None and got.size != letter.size:
                self.fail(f"{got.size} octets were received instead of {letter.size}", letter)
        uncertain = collections.Counter()
        if set(books) != {letter.id for letter in self.field.letters}:
            raise AssertionError(f"{self.name}: the books have {sorted(books)}\n{self.where()}")
        for letter in self.field.letters:
            state = books[letter.id]["state"]
            self.compare_one(letter, state, counted[letter.id])
            uncertain[letter.account] += state == "uncertain"
        for account, count in uncertain.items():
            if count > self.field.most_uncertain(account, self.killed):
                raise AssertionError(f"{self.name}: {count} are uncertain in account {account}\n{self.where()}")
        return books

    def compare_one(self, letter, state, times):
        if state not in ("sent", "uncertain", "deferred", "queued"):
            self.fail(f"it is {state}", letter)
        if times > (2 if letter.id in self.resent else 1):
            self.fail(f"it is {state} and was received {times} times", letter)
        if state == "sent" and times == 0:
            self.fail("it is said to be sent and was never received", letter)
        if state in ("deferred", "queued") and times > 0:
            self.fail(f"it is {state} though the server has it", letter)

    def resend(self):
        """What is uncertain is sent again, and what waits at once, by servers that work now: then all is there."""
        books = self.books()
        uncertain = [id for id, message in books.items() if message["state"] == "uncertain"]
        waiting = [id for id, message in books.items() if message["state"] in ("deferred", "queued")]
        self.uncertain += len(uncertain)
        received = self.field.received()
        if not self.field.healthy:
            for server in self.field.servers:
                server.stop()
                server.start()
        if uncertain:
            self.run("outbox", "resolve", *uncertain, "--resend")
            self.resent |= set(uncertain)
        if waiting:
            self.run("outbox", "retry", *waiting)
        if uncertain or waiting:
            self.run("outbox", "run", "--until-empty", "--timeout", "60")
        self.check_everything_arrived(received)

    def check_everything_arrived(self, before):
        """`before`: what practice servers, which forget with a new start, had received."""
        counted = collections.Counter()
        now = self.field.received()
        earlier = [got for got in before if got.content is None]
        for got in now + earlier:
            counted[self.field.letter_of(got).id] += 1
        books = self.compare()
        for letter in self.field.letters:
            if books[letter.id]["state"] != "sent" or counted[letter.id] == 0:
                self.fail(f"lost: {books[letter.id]['state']}", letter)
            if counted[letter.id] > (2 if letter.id in self.resent else 1):
                self.fail(f"received {counted[letter.id]} times", letter)
            self.check_recipients(letter)

    def check_recipients(self, letter):
        """Whoever reads the books finds everyone accepted. The list was asked for all; here some are asked for each."""
        if letter.number % 5 == self.killed % 5:
            shown = self.run("outbox", "show", letter.id, "--json").json
            told = sorted((each["address"], each["state"]) for each in shown["recipients"])
            if told != [(address, "accepted") for address in letter.recipients]:
                self.fail(f"the books say {told}", letter)

    def play(self, kills):
        """Killed at each of `kills` in turn, then left to finish; how often it really was killed."""
        for kill in kills:
            self.kill(kill)
        self.finish()
        for server in self.field.servers:
            server.settle()
        self.compare()
        self.resend()
        return self.killed
