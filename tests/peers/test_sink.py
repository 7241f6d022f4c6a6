"""The command line against smtp-sink, Postfix's test server, which fails on demand: at every command in every way.

A sink belongs to a test, listens on loopback, writes down what it takes, and is ended by its process id. Run by ctest
with POSTRIDER set. Without smtp-sink it ends with 77, "skipped", and says why.
"""

import collections
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from program import OK, PROTOCOL, REFUSED, TEMPORARY, Home, end_with_parent

SINK = next((path for path in ("/usr/sbin/smtp-sink", "/usr/bin/smtp-sink") if os.access(path, os.X_OK)), None)
COMMANDS = ("CONNECT", "EHLO", "EHLO,HELO", "MAIL", "RCPT", "DATA", ".", "QUIT")
STAGES = dict(zip(COMMANDS, ("greeting", "hello", "hello", "mail", "rcpt", "data", "content")))
RECIPIENTS = ("bob@example.org", "carol@example.org")


class Sink:
    """smtp-sink; its port stays the same over stop() and start()."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="postrider-sink-"))
        self._process = None
        (self._folder / "letters").mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            self._folder.chmod(0o755)
            shutil.chown(self._folder / "letters", self._user)

    def start(self, *options):
        """With other faults than before, or with none."""
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [SINK, "-v", "-d", f"{self._folder}/letters/", *map(str, options), f"127.0.0.1:{self.port}", "100"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self._user, preexec_fn=end_with_parent,
            )  # fmt: skip
        return self

    def wait_until_listening(self):
        """Looks at the table of sockets: a connection to see would count as one."""
        own = f":{self.port:04X}"
        deadline = time.monotonic() + 20
        while True:
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
                _, local, _, state = line.split()[:4]
                if local.endswith(own) and state == "0A":
                    return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("smtp-sink does not listen: " + self.log())
            time.sleep(0.01)

    def stop(self):
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self):
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def log(self):
        return (self._folder / "log").read_text(errors="replace")

    def connections(self):
        return len(re.findall(r": connect \(AF_INET", self.log()))

    def letters(self):
        """What was taken whole. Each begins with a line for what MAIL and each RCPT said."""
        found = [path.read_bytes() for path in (self._folder / "letters").iterdir()]
        return [letter for letter in found if b"\nReceived: " in letter]


class SinkTest(unittest.TestCase):
    maxDiff = None

    def sink(self, *options):
        sink = Sink()
        self.addCleanup(sink.close)
        sink.start(*options).wait_until_listening()
        return sink

    def new_home(self):
        home = Home()
        self.addCleanup(home.close)
        return home

    ADD = ("account", "add", "work", "--host", "127.0.0.1", "--security", "none", "--from", "ada@example.org")
    SEND = ("send", "--to", RECIPIENTS[0], "--to", RECIPIENTS[1], "--subject", "x", "--text", "-", "--json")

    def home_for(self, sink, *more):
        home = self.new_home()
        answer = home.run(*self.ADD, "--port", sink.port, *more)
        self.assertEqual(OK, answer.code, str(answer))
        return home

    @staticmethod
    def all_at_once(homes, command, input=b""):
        """The same command in every home; the answers in their order."""
        begun = [home.start(*command, stdin=subprocess.PIPE) for home in homes]
        return [home.finish(process, input) for home, process in zip(homes, begun)]

    def assert_outcome(self, answer, code, state, verdicts):
        """`verdicts`: of everyone the state and those other fields that are named."""
        self.assertEqual(code, answer.code, str(answer))
        self.assertEqual(state, answer.json["state"], str(answer))
        names = verdicts.keys()
        self.assertEqual(
            [(address, verdicts) for address in RECIPIENTS],
            [(each["address"], {n: each.get(n) for n in names}) for each in answer.json["recipients"]],
            str(answer),
        )


class AFaultAtEveryCommand(SinkTest):
    """What is said of it, and that nothing is lost: when the fault is gone, every letter goes out once."""

    def check(self, switch, expected):
        """`expected`: for each command the exit code, the message's state, and every recipient's verdict."""
        sinks = [self.sink(switch, command) for command in expected]
        homes = [self.new_home() for _ in expected]
        for home, sink in zip(homes, sinks):
            self.assertEqual(OK, home.run(*self.ADD, "--port", sink.port).code)
        answers = self.all_at_once(homes, self.SEND, b"Hello.\n")
        for (command, (code, state, verdicts)), answer, sink in zip(expected.items(), answers, sinks):
            with self.subTest(fault=f"{switch} {command}"):
                self.assert_outcome(answer, code, state, verdicts)
                heard = 1 if state == "sent" or command == "." else 0  # whole; not: accepted
                self.assertEqual(heard, len(sink.letters()))
                self.assertEqual(code == OK, answer.err == "", "without words for a person")
                if verdicts.get("reply"):
                    self.assertIn(verdicts["reply"], answer.err)

        for sink in sinks:
            sink.stop()
            sink.start()
        for sink in sinks:
            sink.wait_until_listening()
        retried = self.all_at_once(homes, ("outbox", "retry", "1"))
        ran = self.all_at_once(homes, ("outbox", "run", "--until-empty", "--timeout", "20"))
        for (command, (_, state, _)), sink, home, retry, run in zip(
            expected.items(), sinks, homes, retried, ran
        ):
            with self.subTest(after=f"{switch} {command}"):
                self.assertEqual(OK, run.code, str(run))
                # What has arrived is not sent again, whoever asks; what may have arrived only when a person asks.
                self.assertEqual(state != "sent", retry.code == OK, str(retry))
                shown = home.run("outbox", "show", "1", "--json").json
                self.assertEqual("sent", shown["state"])
                self.assertEqual(["accepted"] * 2, [each["state"] for each in shown["recipients"]])
                letters = sink.letters()
                self.assertEqual(2 if command == "." else 1, len(letters))
                for letter in letters:
                    self.assertIn(shown["messageId"].encode(), letter, "a letter keeps its Message-ID")
                    self.assertEqual(2, letter.count(b"\nX-Rcpt-Args: "))

    SENT = (OK, "sent", {"state": "accepted", "stage": "content", "code": 250, "attempts": 1})

    @staticmethod
    def refused(command):
        reply = "500 5.3.0 Error: command failed"
        verdict = {"state": "refused", "stage": STAGES[command], "code": 500, "enhanced": "5.3.0", "reply": reply}
        return (REFUSED, "failed", verdict | {"attempts": 1})

    @staticmethod
    def deferred(command, reply, attempts=1):
        code, enhanced = reply.split()[:2]
        verdict = {"state": "deferred", "stage": STAGES[command], "code": int(code), "enhanced": enhanced}
        return (TEMPORARY, "deferred", verdict | {"reply": reply, "attempts": attempts})

    @staticmethod
    def lost(command, state="deferred"):
        verdict = {"state": state, "stage": STAGES[command], "code": None, "error": "connection-lost", "attempts": 1}
        return (PROTOCOL if state == "uncertain" else TEMPORARY, state, verdict)

    def test_refused_for_the_moment(self):
        reply = "450 4.3.0 Error: command failed"
        expected = {command: self.deferred(command, reply) for command in COMMANDS[3:-1]}
        # Before MAIL it is not about the message: its attempts are not used up.
        expected |= {command: self.deferred(command, reply, 0) for command in COMMANDS[:3]}
        self.check("-r", expected | {"QUIT": self.SENT})

    def test_refused_for_good(self):
        expected = {command: self.refused(command) for command in COMMANDS[3:-1]}
        # Nothing was said about the message: it stays.
        reply = "500 5.3.0 Error: command failed"
        expected |= {command: self.deferred(command, reply, 0) for command in ("CONNECT", "EHLO,HELO")}
        # An old server is greeted with HELO (RFC 5321, section 3.2).
        self.check("-f", expected | {"EHLO": self.SENT, "QUIT": self.SENT})

    def test_hung_up_on(self):
        expected = {command: self.lost(command) for command in COMMANDS[:6]}
        self.check("-q", expected | {".": self.lost(".", "uncertain"), "QUIT": self.SENT})

    def test_sent_away(self):
        reply = "421 4.0.0 Server closing connection"
        expected = {command: self.deferred(command, reply) for command in COMMANDS[:-1]}
        # Its word about the content counts although it hangs up: it did not take it.
        self.check("-Q", expected | {"QUIT": self.SENT})


class InTheMiddle(SinkTest):
    def send(self, home, *more):
        return home.run(*self.SEND, *more, input="Hello.\n")

    def test_a_refusal_before_the_content_is_through(self):
        """RFC 5321, section 4.2.5 forbids it, filters do it: the words count, not the broken connection."""
        sink = self.sink("-A", "0")
        home = self.home_for(sink)
        large = home.file("large.bin", bytes(2_000_000))
        answer = self.send(home, "--attach", large)
        verdict = {"state": "refused", "code": 550, "reply": "550 This violates SMTP", "attempts": 1}
        self.assert_outcome(answer, REFUSED, "failed", verdict)
        self.assertEqual([], sink.letters())

    def test_silence_after_the_dot_is_no_verdict(self):
        """The server gives up waiting for itself: nobody knows, so nobody sends again."""
        sink = self.sink("-t", "1", "-W", ".:3")
        home = self.home_for(sink)
        answer = self.send(home)
        verdict = {"state": "uncertain", "stage": "content", "error": "connection-lost", "attempts": 1}
        self.assert_outcome(answer, PROTOCOL, "uncertain", verdict)
        sink.stop()
        sink.start()
        sink.wait_until_listening()
        before = sink.connections()
        ran = home.run("outbox", "run", "--until-empty", "--timeout", "20")
        self.assertEqual(OK, ran.code, str(ran))
        self.assertEqual("uncertain", home.messages()[0]["state"])
        self.assertEqual(before, sink.connections())
        self.assertEqual(OK, home.run("outbox", "resolve", "1", "--arrived").code)
        self.assertEqual("sent", home.messages()[0]["state"])

    def test_a_slow_server_is_waited_for(self):
        sink = self.sink("-w", "1", "-H", "1")
        home = self.home_for(sink)
        large = home.file("large.bin", bytes(2_000_000))
        answer = self.send(home, "--attach", large)
        self.assert_outcome(answer, *AFaultAtEveryCommand.SENT)
        self.assertEqual(1, len(sink.letters()))


class WhatIsNotOffered(SinkTest):
    def test_an_old_server_gets_what_it_can_take(self):
        for options in (("-e",), ("-P",), ("-p",), ("-N",), ("-E", "-8", "-p", "-N")):
            with self.subTest(" ".join(options)):
                sink = self.sink(*options)
                home = self.home_for(sink)
                answer = home.run(*self.SEND, "--notify", "success,failure", input="Grüße.\n")
                verdict = {"state": "accepted", "stage": "content", "code": 250}
                self.assert_outcome(answer, OK, "sent", verdict)
                [letter] = sink.letters()
                self.assertEqual("NOTIFY" in letter.decode(), options == ("-p",))

    def test_letters_under_a_signature_that_it_cannot_take(self):
        sink = self.sink()
        home = self.home_for(sink)
        letter = "DKIM-Signature: v=1; b=x\nFrom: ada@example.org\nTo: bob@example.org\nSubject: Grüße\n\nHello.\n"
        answer = home.run("send", "--eml", home.file("signed.eml", letter), "--json")
        self.assertEqual(REFUSED, answer.code, str(answer))
        [recipient] = answer.json["recipients"]
        self.assertEqual(("refused", "not-offered"), (recipient["state"], recipient["error"]))
        self.assertIn("SMTPUTF8", answer.err)
        self.assertNotIn("front of the @", answer.err)
        self.assertEqual([], sink.letters())
        # Unsigned it is written otherwise, and goes.
        plain = letter.split("\n", 1)[1]
        self.assertEqual(OK, home.run("send", "--eml", home.file("plain.eml", plain)).code)
        self.assertEqual(1, len(sink.letters()))

    def test_eight_bits_for_seven(self):
        """A finished message is not rewritten (law 1), and not mutilated."""
        sink = self.sink("-8")
        home = self.home_for(sink)
        letter = home.file(
            "utf8.eml",
            "From: ada@example.org\r\nTo: bob@example.org, carol@example.org\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n",
        )
        answer = home.run("send", "--eml", letter, "--json")
        verdict = {"state": "refused", "stage": "mail", "code": None, "error": "not-offered"}
        self.assert_outcome(answer, REFUSED, "failed", verdict)
        self.assertIn("8BITMIME", answer.err)
        self.assertNotIn("MAIL FROM", sink.log())


class ManyLetters(SinkTest):
    def queue(self, count, sink, *more):
        home = self.home_for(sink, *more)
        for number in range(count):
            answer = home.run(
                "send", "--queue", "--to", f"r{number}@example.org", "--subject", f"letter {number}", "--text", "-",
                input=f"This is {number}.\n",
            )  # fmt: skip
            self.assertEqual(OK, answer.code, str(answer))
        self.assertEqual({"queued": count}, self.states(home))
        return home

    @staticmethod
    def states(home):
        return collections.Counter(message["state"] for message in home.messages())

    @staticmethod
    def arrived(sink):
        """How often each arrived, by the number in its text; the envelope has to be the same letter's."""
        found = collections.Counter()
        for letter in sink.letters():
            [number] = re.findall(rb"\nThis is (\d+)\.\n", letter)
            [address] = re.findall(rb"\nX-Rcpt-Args: <r(\d+)@example\.org>", letter)
            [subject] = re.findall(rb"\nSubject: letter (\d+)\n", letter)
            if not number == address == subject:
                raise AssertionError(f"mixed up: {letter!r}")
            found[int(number)] += 1
        return found

    def test_share_the_connections(self):
        for count, most in ((15, 1), (50, 3)):
            with self.subTest(connections=most):
                sink = self.sink()
                home = self.queue(count, sink, "--max-connections", most)
                self.assertEqual(0, sink.connections())
                answer = home.run("outbox", "run", "--until-empty", "--timeout", "60")
                self.assertEqual(OK, answer.code, str(answer))
                self.assertEqual({"sent": count}, self.states(home))
                self.assertEqual({number: 1 for number in range(count)}, self.arrived(sink))
                self.assertIn(sink.connections(), range(1, most + 1))

    def test_outlive_a_server_that_goes_away(self):
        count, taken = 30, 12
        sink = self.sink("-M", taken)
        home = self.queue(count, sink, "--max-connections", 2)
        home.run("outbox", "run")
        first = self.states(home)
        # Of the last ones it took over each connection it may have kept the answer to itself.
        self.assertGreaterEqual(first["sent"], taken - 2, first)
        self.assertGreaterEqual(first["queued"] + first["deferred"], count - taken - 2, first)
        self.assertEqual(count, first.total(), first)
        sent = {int(m["subject"].split()[1]) for m in home.messages() if m["state"] == "sent"}
        uncertain = {int(m["subject"].split()[1]) for m in home.messages() if m["state"] == "uncertain"}
        self.assertLessEqual(sent, set(self.arrived(sink)), "told to have been sent")

        sink.stop()
        sink.start()
        sink.wait_until_listening()
        waiting = [m["id"] for m in home.messages() if m["state"] in ("queued", "deferred")]
        self.assertEqual(OK, home.run("outbox", "retry", *waiting).code)
        answer = home.run("outbox", "run", "--until-empty", "--timeout", "60")
        self.assertEqual(OK, answer.code, str(answer))
        last = self.states(home)
        self.assertEqual((len(uncertain), count - len(uncertain)), (last["uncertain"], last["sent"]))
        found = self.arrived(sink)
        self.assertEqual([], [n for n, times in found.items() if times > 1], "sent twice")
        self.assertLessEqual(set(range(count)) - uncertain, set(found), "lost")


if __name__ == "__main__":
    if not SINK:
        print("skipped: smtp-sink is not installed (Debian's package postfix).")
        sys.exit(77)
    unittest.main(verbosity=2)
