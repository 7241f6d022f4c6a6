"""The command line against two servers that speak LMTP (RFC 2033): Dovecot's, which delivers, and smtp-sink.

Behind the final dot everyone who was taken has an answer of their own: one mailbox is full, one cannot be opened, and
the others get the letter. Run by ctest with POSTRIDER set. Where the servers cannot be started it ends with 77,
"skipped", and says why.
"""

import re
import sys
import unittest

import peers
from peers import without_trace
from program import OK, PROTOCOL, REFUSED, TEMPORARY, Home
from test_sink import SINK, Sink

OFFERED = ["8BITMIME", "CHUNKING", "ENHANCEDSTATUSCODES", "PIPELINING"]
LETTER = (
    "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: {subject}\r\n"
    "Date: Sun, 22 Nov 2026 03:00:00 +0000\r\nMessage-ID: <{subject}@example.org>\r\n\r\n"
    ".\r\n..\r\n.dot\r\n250 2.0.0 <bob@example.org> Saved\r\nBDAT 5 LAST\r\n\r\nend\r\n"
)
# What Dovecot says of each: (state, stage, code, enhanced).
VERDICTS = {
    "bob": ("accepted", "content", 250, "2.0.0"),
    "full": ("refused", "content", 552, "5.2.2"),
    "broken": ("deferred", "content", 451, "4.2.0"),
    "nobody.here": ("refused", "rcpt", 550, "5.1.1"),
    "carol": ("accepted", "content", 250, "2.0.0"),
}

server = None


def setUpModule():
    global server
    server = peers.Postfix(lmtp=True).__enter__()


def tearDownModule():
    server.__exit__()


class LmtpTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        server.empty()
        self.home = Home()
        self.addCleanup(self.home.close)

    def expect(self, code, answer):
        self.assertEqual(code, answer.code, f"{answer}\n{server.log()}")
        return answer

    def add(self, *more, port=None, security="starttls"):
        trust = ("--ca-file", server.ca_file) if security != "none" else ()
        answer = self.home.run(
            "account", "add", "local", "--lmtp", "--host", "127.0.0.1", "--port", port or server.lmtp_port,
            "--security", security, "--from", "ada@example.org", *trust, *more,
        )  # fmt: skip
        self.expect(OK, answer)

    def send(self, subject, *mailboxes, more=()):
        path = self.home.file(f"{subject}.eml", LETTER.format(subject=subject))
        to = [word for mailbox in mailboxes for word in ("--to", f"{mailbox}@example.org")]
        return self.home.run("send", "--eml", path, "--json", *to, *more)

    def said(self, identifier):
        answer = self.expect(OK, self.home.run("transcript", identifier))
        return [line[15:] for line in answer.out.splitlines() if line[12:15] == " C "]

    def assert_arrived(self, mailbox, *subjects):
        found = [without_trace(letter) for letter in server.wait_for(mailbox, len(subjects))]
        expected = [LETTER.format(subject=subject).replace("\r\n", "\n").encode() for subject in subjects]
        self.assertEqual(sorted(expected), sorted(found))

    def verdicts(self, message):
        return {
            each["address"].split("@")[0]: tuple(each[name] for name in ("state", "stage", "code", "enhanced"))
            for each in message["recipients"]
        }


class Dovecot(LmtpTest):
    def test_what_it_offers(self):
        self.add()
        tested = self.expect(OK, self.home.run("account", "test", "local", "--json")).json
        self.assertEqual(OFFERED, tested["capabilities"])

    def test_law4_one_verdict_each_behind_the_dot(self):
        for lane, command in (("default", "DATA"), ("bulk", "DATA"), ("window", "BDAT")):
            with self.subTest(lane):
                server.empty()
                self.home.run("account", "remove", "local")
                self.add("--lane", lane)
                answer = self.expect(REFUSED, self.send(lane, *VERDICTS))
                self.assertEqual(VERDICTS, self.verdicts(answer.json))
                for recipient in answer.json["recipients"]:
                    self.assertIn(f"<{recipient['address']}>", recipient["reply"])
                said = self.said(answer.json["id"])
                self.assertIn(" S 221 ", self.home.run("transcript", answer.json["id"]).out)  # up to the goodbye
                self.assertEqual("LHLO [127.0.0.1]", said[0])
                self.assertIn(command, [words.split()[0] for words in said])
                self.assert_arrived("bob", lane)
                self.assert_arrived("carol", lane)

    def test_only_who_waits_is_asked_again(self):
        self.add()
        first = self.expect(REFUSED, self.send("again", "bob", "full", "broken")).json
        self.expect(OK, self.home.run("outbox", "retry", first["id"]))
        self.expect(OK, self.home.run("outbox", "run", "--timeout", "60"))
        shown = self.expect(OK, self.home.run("outbox", "show", first["id"], "--json")).json
        self.assertEqual([1, 1, 2], [recipient["attempts"] for recipient in shown["recipients"]])
        asked = [words for words in self.said(first["id"]) if words.startswith("RCPT")]
        self.assertEqual(["RCPT TO:<broken@example.org>"], asked)
        self.assert_arrived("bob", "again")

    def test_whole_letters_in_flight(self):
        """The answers to a last BDAT and to the next envelope come in one flight, and none is mistaken."""
        self.add("--lane", "window", "--max-connections", 1)
        subjects = [f"letter-{number}" for number in range(12)]
        for number, subject in enumerate(subjects):
            others = (("full",), ("nobody.here",), ("broken", "full"), ())[number % 4]
            self.expect(OK, self.send(subject, *others, "bob", more=("--queue",)))
        self.expect(OK, self.home.run("outbox", "run", "--timeout", "60"))
        self.assert_arrived("bob", *subjects)
        for message in self.home.messages():
            shown = self.expect(OK, self.home.run("outbox", "show", message["id"], "--json")).json
            found = self.verdicts(shown)
            self.assertEqual({mailbox: VERDICTS[mailbox] for mailbox in found}, found)
            self.assertRegex("\n".join(self.said(message["id"])), r"(?m)^BDAT \d+ LAST$")

    def test_nobody_is_left(self):
        self.add("--lane", "window")
        answer = self.expect(REFUSED, self.send("none", "nobody.here", "nobody.there"))
        self.assertEqual([("refused", "rcpt")] * 2, [verdict[:2] for verdict in self.verdicts(answer.json).values()])
        self.expect(OK, self.send("some", "bob"))
        self.assert_arrived("bob", "some")


@unittest.skipUnless(SINK, "smtp-sink is not installed (Debian's package postfix)")
class TheSink(LmtpTest):
    def sink(self, *options):
        sink = Sink()
        self.addCleanup(sink.close)
        sink.start("-L", *options).wait_until_listening()
        self.add(port=sink.port, security="none")
        return sink

    def test_an_answer_each(self):
        sink = self.sink()
        sent = self.expect(OK, self.send("sink", "bob", "carol", "dora")).json
        self.assertEqual([("accepted", "content", 250)] * 3, [each[:3] for each in self.verdicts(sent).values()])
        [letter] = sink.letters()
        _, _, body = LETTER.format(subject="sink").replace("\r\n", "\n").partition("\n\n")
        self.assertIn(b"\n\n" + body.encode(), letter)

    def test_refused_behind_the_dot(self):
        for switch, code, state, number in (("-f", REFUSED, "refused", "5"), ("-r", TEMPORARY, "deferred", "4")):
            with self.subTest(switch):
                self.home.run("account", "remove", "local")
                self.sink(switch, ".")
                answer = self.expect(code, self.send("sink", "bob", "carol", "dora"))
                for recipient in answer.json["recipients"]:
                    self.assertEqual((state, "content"), (recipient["state"], recipient["stage"]))
                    self.assertEqual(number, str(recipient["code"])[0])

    def test_hung_up_behind_the_dot(self):
        self.sink("-q", ".")
        answer = self.expect(PROTOCOL, self.send("sink", "bob", "carol"))
        self.assertEqual({"uncertain"}, {each["state"] for each in answer.json["recipients"]}, str(answer))


if __name__ == "__main__":
    reason = peers.why_unavailable(lmtp=True)
    if reason:
        print("skipped: " + reason)
        sys.exit(77)
    unittest.main(verbosity=2)
