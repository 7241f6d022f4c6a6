"""What Postfix offers beyond plain SMTP, and whether the program makes the right use of it: PIPELINING, DSN, SIZE,
SMTPUTF8, CHUNKING, and its limit of recipients.

Run by ctest with POSTRIDER set. Where the servers cannot be started it ends with 77, "skipped", and says why.
"""

import email
import email.policy
import random
import re
import sys
import unittest

import peers
from peers import PASSWORD, READERS, USER, without_trace
from program import CONFIGURATION, OK, REFUSED, Home

OFFERED = {"PIPELINING", "ETRN", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING"}

server = None


def setUpModule():
    global server
    server = peers.Postfix().__enter__()


def tearDownModule():
    server.__exit__()


class ExtensionTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        server.empty()
        self.home = Home()
        self.addCleanup(self.home.close)

    def expect(self, code, answer):
        self.assertEqual(code, answer.code, f"{answer}\n{server.log()}")
        return answer

    def add(self, *more, port=None, code=OK):
        self.home.file("secret", PASSWORD + "\n")
        answer = self.home.run(
            "account", "add", "work", "--host", server.host, "--port", port or server.port, "--security", "starttls",
            "--user", USER, "--password-command", f"cat {self.home.outside}/secret",
            "--from", "ada@example.org", "--ca-file", server.ca_file, *more,
        )  # fmt: skip
        return self.expect(code, answer)

    def send(self, *to, more=(), code=OK, text="Hello.\n"):
        recipients = [word for address in to for word in ("--to", f"{address}@example.org")]
        answer = self.home.run("send", *recipients, "--subject", "x", "--text", "-", "--json", *more, input=text)
        return self.expect(code, answer)

    def lines(self, identifier):
        """The conversation as (who, words), from the first MAIL on."""
        answer = self.expect(OK, self.home.run("transcript", identifier))
        lines = [(line[13], line[15:]) for line in answer.out.splitlines() if line[12:15] in (" C ", " S ")]
        mails = [index for index, line in enumerate(lines) if line[1].startswith("MAIL ")]
        return lines[mails[0] :] if mails else []

    def said(self, identifier):
        return [words for who, words in self.lines(identifier) if who == "C"]

    def assert_empty(self, *mailboxes):
        server.wait_until_idle()
        for mailbox in mailboxes:
            self.assertEqual([], server.messages(mailbox), mailbox)


class Pipelining(ExtensionTest):
    def test_the_envelope_and_data_travel_in_one_flight(self):
        self.add()
        tested = self.expect(OK, self.home.run("account", "test", "work", "--json")).json
        self.assertLessEqual(OFFERED, set(tested["capabilities"]))
        sent = self.send("bob", "nobody.here", "carol", code=REFUSED).json
        lines = self.lines(sent["id"])
        self.assertEqual("CCCCCSSSSS", "".join(who for who, _ in lines[:10]))
        flight = [re.match(r"MAIL FROM|RCPT TO:<[^>]*>|DATA", words)[0] for _, words in lines[:5]]
        recipients = [f"RCPT TO:<{name}@example.org>" for name in ("bob", "nobody.here", "carol")]
        self.assertEqual(["MAIL FROM", *recipients, "DATA"], flight)
        self.assertEqual(["250", "250", "550", "250", "354"], [words[:3] for _, words in lines[5:10]])
        states = ["accepted", "refused", "accepted"]
        self.assertEqual(states, [recipient["state"] for recipient in sent["recipients"]])
        for mailbox in ("bob", "carol"):
            self.assertEqual(1, len(server.wait_for(mailbox, 1)))

    def test_nobody_is_left_for_whom_data_was_said(self):
        """The 354 to a DATA that nobody wants any more is not followed by a letter."""
        self.add()
        sent = self.send("nobody.here", "nobody.there", code=REFUSED).json
        self.assertEqual("failed", sent["state"])
        self.assertEqual(["refused"] * 2, [each["state"] for each in sent["recipients"]])
        self.assertTrue(all(each["stage"] == "rcpt" for each in sent["recipients"]))
        # The connection is as good as before.
        self.send("bob")
        server.wait_for("bob", 1)


class Reports(ExtensionTest):
    """Delivery status notifications (RFC 3461), as Postfix writes them."""

    def report(self):
        """The one report in the sender's mailbox: its fields, and what it brings back."""
        [received] = server.wait_for("ada", 1)
        message = email.message_from_bytes(received, policy=email.policy.SMTP)
        self.assertEqual("multipart/report", message.get_content_type())
        _, status, brought = message.get_payload()
        self.assertEqual("message/delivery-status", status.get_content_type())
        return status.get_payload(), brought

    def envelope_id(self, sent):
        [found] = re.findall(r" ENVID=(\S+)", self.said(sent["id"])[0])
        return re.sub(r"\+([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), found)

    def test_success_names_our_envelope(self):
        self.add()
        for what, code in (("headers", "HDRS"), ("full", "FULL")):
            with self.subTest(what):
                server.empty()
                sent = self.send("bob", "carol", more=("--notify", "success", "--return", what)).json
                mail, *rcpts = self.said(sent["id"])[:3]
                self.assertIn(f"RET={code}", mail.split())
                self.assertTrue(all("NOTIFY=SUCCESS" in rcpt.split() for rcpt in rcpts))
                (of_message, *of_recipients), brought = self.report()
                self.assertEqual(self.envelope_id(sent), of_message["Original-Envelope-Id"])
                found = {each["Original-Recipient"]: (each["Action"], each["Status"]) for each in of_recipients}
                wanted = ("delivered", "2.0.0")
                self.assertEqual(
                    {"rfc822;bob@example.org": wanted, "rfc822;carol@example.org": wanted}, found
                )
                # Of success it brings no more than the header, whatever RET says (RFC 3461, section 4.3).
                self.assertEqual("text/rfc822-headers", brought.get_content_type())
                self.assertIn(sent["messageId"], brought.as_string())

    def test_none_without_the_wish(self):
        self.add()
        for more in ((), ("--notify", "never"), ("--notify", "failure,delay")):
            with self.subTest(" ".join(more)):
                server.empty()
                sent = self.send("bob", more=more).json
                mail, rcpt, *_ = self.said(sent["id"])
                self.assertNotIn("RET=", mail)
                self.assertEqual(bool(more), "NOTIFY=" + (more or ("", ""))[1].upper() in rcpt)
                server.wait_for("bob", 1)
                self.assert_empty("ada")


class Limits(ExtensionTest):
    def test_too_big_is_refused_before_anything_is_said(self):
        self.add(port=server.small_port)
        limit = f"SIZE {peers.SMALL_SIZE_LIMIT}"
        tested = self.expect(OK, self.home.run("account", "test", "work", "--json")).json
        self.assertIn(limit, tested["capabilities"])
        large = self.home.file("large.bin", bytes(peers.SMALL_SIZE_LIMIT))
        answer = self.send("bob", more=("--attach", large), code=REFUSED)
        self.assertIn(str(peers.SMALL_SIZE_LIMIT), answer.err)
        [recipient] = answer.json["recipients"]
        self.assertEqual(("refused", "too-big"), (recipient["state"], recipient["error"]))
        self.assertEqual([], self.said(answer.json["id"]))
        self.assert_empty("bob")
        # What fits goes, and says its size.
        small = self.home.file("small.bin", bytes(peers.SMALL_SIZE_LIMIT // 2))
        sent = self.send("bob", more=("--attach", small)).json
        self.assertIn(f"SIZE={sent['size']}", self.said(sent["id"])[0].split())
        server.wait_for("bob", 1)

    def test_more_recipients_than_the_server_takes_at_once(self):
        """It says so to the sixth (452 4.5.3): the others follow at once, not in half an hour."""
        self.add(port=server.small_port)
        sent = self.send(*READERS).json
        self.assertEqual(("sent", 1), (sent["state"], sent["attempts"]))
        self.assertEqual(12, len(sent["recipients"]))
        for recipient in sent["recipients"]:
            wanted = ("accepted", "content", 250, 1)
            self.assertEqual(wanted, tuple(recipient[name] for name in ("state", "stage", "code", "attempts")))
        server.wait_until_idle()
        for reader in READERS:
            self.assertEqual(1, len(server.messages(reader)), reader)
        said = self.said(sent["id"])
        self.assertEqual(3, sum(words.startswith("MAIL ") for words in said))
        # Having been told once it asks for no more than the server takes.
        rounds = " ".join(words.split()[0] for words in said if not words.startswith("QUIT"))
        groups = [group.split().count("RCPT") for group in rounds.split("MAIL")[1:]]
        self.assertEqual([12, 5, 2], groups)

    def test_unknown_ones_among_too_many(self):
        self.add(port=server.small_port)
        names = [name for reader in READERS[:6] for name in (reader, f"not.{reader}")]
        answer = self.send(*names, code=REFUSED).json
        self.assertEqual(("partly-sent", 1), (answer["state"], answer["attempts"]))
        for recipient in answer["recipients"]:
            wanted = ("refused", 550) if recipient["address"].startswith("not.") else ("accepted", 250)
            self.assertEqual(wanted, (recipient["state"], recipient["code"]), recipient["address"])
        server.wait_until_idle()
        for reader in READERS[:6]:
            self.assertEqual(1, len(server.messages(reader)), reader)


class WhatIsNotOffered(ExtensionTest):
    def check_refusal(self, keyword, *more):
        self.add()
        answer = self.send("bob", more=more, code=REFUSED)
        self.assertIn(keyword, answer.err)
        [recipient] = answer.json["recipients"]
        self.assertEqual(("refused", "not-offered"), (recipient["state"], recipient["error"]))
        self.assertEqual([], self.said(answer.json["id"]))
        self.assert_empty("bob")

    def test_what_must_be_encrypted_all_the_way_stays_here(self):
        self.check_refusal("REQUIRETLS", "--require-tls")

    def test_what_must_not_go_out_yet_stays_here(self):
        self.check_refusal("FUTURERELEASE", "--hold-until", "2099-12-24T18:00Z")

    def test_a_mere_wish_is_left_out(self):
        self.add()
        sent = self.send("bob", more=("--priority", "3", "--deliver-by", "3600")).json
        self.assertNotRegex(self.said(sent["id"])[0], "BY=|PRIORITY")
        server.wait_for("bob", 1)


class Utf8(ExtensionTest):
    """RFC 6531: for whom and for what it is asked for."""

    LETTER = (
        "From: ada@example.org\r\nTo: {}@example.org\r\nSubject: x\r\nDate: Sun, 22 Nov 2026 03:00:00 +0000\r\n"
        "Message-ID: <x@example.org>\r\n\r\nHello.\r\n"
    )

    def check_finished(self, named, *mailboxes):
        """To somebody the header names, and to others."""
        self.add()
        path = self.home.file("x.eml", self.LETTER.format(named))
        recipients = [word for mailbox in mailboxes for word in ("--to", f"{mailbox}@example.org")]
        sent = self.expect(OK, self.home.run("send", "--eml", path, "--json", *recipients)).json
        mail, *rcpts = self.said(sent["id"])[: 1 + len(mailboxes)]
        self.assertIn("SMTPUTF8", mail.split())
        self.assertEqual([f"RCPT TO:<{mailbox}@example.org>" for mailbox in mailboxes], rcpts)
        for mailbox in mailboxes:
            [received] = server.wait_for(mailbox, 1)
            self.assertIn(b"with UTF8SMTPSA", received)
            self.assertEqual(self.LETTER.format(named).replace("\r\n", "\n").encode(), without_trace(received))

    def test_an_address_in_the_envelope_of_a_finished_message(self):
        self.check_finished("bob", "jürgen", "bob")

    def test_an_address_in_the_header_of_a_finished_message(self):
        self.check_finished("jürgen", "bob")

    RAW = (
        "From: Jürgen <ada@example.org>\r\nTo: Bob Böll <bob@example.org>\r\nSubject: Grüße  aus 東京\r\n"
        "Date: Sun, 22 Nov 2026 03:00:00 +0000\r\nMessage-ID: <raw@example.org>\r\n\r\nHello.\r\n"
    )

    def send_finished(self, text):
        self.add()
        sent = self.expect(OK, self.home.run("send", "--eml", self.home.file("raw.eml", text), "--json")).json
        [received] = server.wait_for("bob", 1)
        return self.said(sent["id"])[0].split(), without_trace(received)

    def test_raw_letters_in_the_header_go_out_encoded(self):
        """RFC 6532 is for servers that offer SMTPUTF8; encoded words are for all. A foreign reader sees no difference."""
        mail, received = self.send_finished(self.RAW)
        self.assertNotIn("SMTPUTF8", mail)
        header, _, _ = received.partition(b"\n\n")
        self.assertTrue(header.isascii())
        read = email.message_from_bytes(received, policy=email.policy.SMTP)
        self.assertEqual("Grüße  aus 東京", read["Subject"])
        self.assertEqual("Jürgen <ada@example.org>", str(read["From"]))
        self.assertEqual(["Bob Böll"], [address.display_name for address in read["To"].addresses])

    def test_raw_letters_under_a_signature_are_not_touched(self):
        text = "DKIM-Signature: v=1; d=example.org; h=Subject; b=x\r\n" + self.RAW
        mail, received = self.send_finished(text)
        self.assertIn("SMTPUTF8", mail)
        self.assertEqual(text.replace("\r\n", "\n").encode(), received)

    def test_composed(self):
        self.add()
        for field in ("to", "cc", "bcc"):
            with self.subTest(field):
                server.empty()
                sent = self.send("bob", more=(f"--{field}", "jürgen@example.org"), text="Grüße.\n").json
                self.assertIn("SMTPUTF8", self.said(sent["id"])[0].split())
                [received] = server.wait_for("jürgen", 1)
                self.assertEqual(without_trace(received), without_trace(server.wait_for("bob", 1)[0]))
                header, _, _ = without_trace(received).partition(b"\n\n")
                self.assertEqual(field != "bcc", "jürgen@example.org".encode() in header)
                self.assertIn(b"To: bob@example.org", header)
                decoded = email.message_from_bytes(received, policy=email.policy.SMTP).get_content()
                self.assertEqual("Grüße.\n", decoded.replace("\r\n", "\n"))

    def test_not_where_nobody_needs_it(self):
        self.add()
        sent = self.send("bob", text="Grüße, 你好\n").json
        self.assertNotIn("SMTPUTF8", self.said(sent["id"])[0])
        server.wait_for("bob", 1)


class Chunking(ExtensionTest):
    """BDAT (RFC 3030), several letters in flight."""

    def queue(self, subject, body, *to):
        head = f"From: ada@example.org\r\nTo: bob@example.org\r\nSubject: {subject}\r\n"
        head += f"Date: Sun, 22 Nov 2026 03:00:00 +0000\r\nMessage-ID: <{subject}@example.org>\r\n\r\n"
        path = self.home.file(f"{subject}.eml", head.encode() + body)
        recipients = [word for address in to for word in ("--to", f"{address}@example.org")]
        self.expect(OK, self.home.run("send", "--queue", "--eml", path, *recipients))
        return path.read_bytes().replace(b"\r\n", b"\n")

    def run_outbox(self):
        self.expect(OK, self.home.run("outbox", "run", "--until-empty", "--timeout", "60"))

    def check(self, lane, command):
        self.add("--lane", lane, "--max-connections", 1)
        dots = b".\r\n..\r\nBDAT 3 LAST\r\n\r\n.\r\n\r\n"
        bodies = [dots * (number + 1) for number in range(12)]
        digits = b"0123456789abcdef"
        large = bytes(random.Random(7).choices(digits, k=900_000))
        bodies[5] = b"".join(large[i : i + 76] + b"\r\n" for i in range(0, len(large), 76))
        expected = [self.queue(f"letter-{number}", body) for number, body in enumerate(bodies)]
        self.run_outbox()
        found = server.wait_for("bob", len(expected))
        server.wait_until_idle()
        self.assertEqual(sorted(expected), sorted(map(without_trace, server.messages("bob"))))
        self.assertEqual(len(expected), len(found))
        for message in self.home.messages():
            self.assertEqual("sent", message["state"])
            commands = {words.split()[0] for words in self.said(message["id"])}
            self.assertIn(command, commands)
            self.assertEqual(1, len(commands & {"DATA", "BDAT"}))
            if message["subject"] == "letter-5" and command == "BDAT":
                self.assertGreater(sum(words.startswith("BDAT") for words in self.said(message["id"])), 2)

    def test_whole_letters_in_flight(self):
        self.check("window", "BDAT")

    def test_the_next_envelope_behind_the_content(self):
        self.check("bulk", "DATA")

    def test_one_by_one(self):
        self.check("default", "DATA")

    def test_verdicts_stay_with_their_letters(self):
        self.add("--lane", "window", "--max-connections", 1)
        self.queue("unknown-1", b"x\r\n", "nobody.1")
        mixed = self.queue("mixed", b"x\r\n", "carol", "nobody.2")
        right = self.queue("right", b"x\r\n", "dora")
        self.queue("unknown-2", b"x\r\n", "nobody.3", "nobody.4")
        last = self.queue("last", b"x\r\n", "bob")
        self.run_outbox()
        states = {message["subject"]: message["state"] for message in self.home.messages()}
        self.assertEqual(
            {"unknown-1": "failed", "mixed": "partly-sent", "right": "sent", "unknown-2": "failed", "last": "sent"},
            states,
        )
        for mailbox, letter in (("carol", mixed), ("dora", right), ("bob", last)):
            self.assertEqual([letter], [without_trace(each) for each in server.wait_for(mailbox, 1)])
        for message in self.home.messages():
            shown = self.expect(OK, self.home.run("outbox", "show", message["id"], "--json")).json
            for recipient in shown["recipients"]:
                unknown = recipient["address"].startswith("nobody")
                wanted = ("refused", "rcpt", 550) if unknown else ("accepted", "content", 250)
                self.assertEqual(wanted, tuple(recipient[name] for name in ("state", "stage", "code")))

    def test_a_lane_that_is_none(self):
        self.add("--lane", "fast", code=CONFIGURATION)


if __name__ == "__main__":
    reason = peers.why_unavailable()
    if reason:
        print("skipped: " + reason)
        sys.exit(77)
    unittest.main(verbosity=2)
