"""The command line against a real Postfix with Dovecot's sign-in: what was composed is what arrives.

Run by ctest with POSTRIDER set. Where the servers cannot be started it ends with 77, "skipped", and says why.
"""

import base64
import email
import email.policy
import email.utils
import random
import re
import sys
import unittest
from pathlib import Path

import peers
from peers import PASSWORD, USER, without_trace
from program import CONFIGURATION, DATA_ERROR, OK, REFUSED, SIGN_IN, Home

MESSAGES = Path(__file__).resolve().parent.parent / "messages" / "eml"
STRICT = email.policy.SMTP.clone(raise_on_defect=True)
UNSENT = ("queued", "deferred", "held")

server = None


def setUpModule():
    global server
    server = peers.Postfix().__enter__()


def tearDownModule():
    server.__exit__()


class PeerTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        server.empty()
        self.home = Home()
        self.addCleanup(self.home.close)

    def add_account(self, name="work", port=None, security="starttls", ca_file=None, password=PASSWORD):
        self.home.file("secret", password + "\n")
        answer = self.home.run(
            "account", "add", name, "--host", server.host, "--port", port or server.port, "--security", security,
            "--user", USER, "--password-command", f"cat {self.home.outside}/secret",
            "--from", "Ada <ada@example.org>", "--ca-file", ca_file or server.ca_file,
        )  # fmt: skip
        self.expect(OK, answer)

    def expect(self, code, answer):
        self.assertEqual(code, answer.code, f"{answer}\n{server.log()}")
        return answer

    def one(self, mailbox):
        found = server.wait_for(mailbox, 1)
        self.assertEqual(1, len(found), f"{mailbox} has {len(found)} messages")
        return found[0]

    def assert_empty(self, *mailboxes):
        server.wait_until_idle()
        for mailbox in mailboxes:
            self.assertEqual([], server.messages(mailbox), mailbox)

    def parse(self, received):
        """By Python's reader in its strict mode: a defect in any part or field raises."""
        message = email.message_from_bytes(received, policy=STRICT)
        for part in message.walk():
            self.assertEqual([], part.defects)
            for name, value in part.items():
                self.assertEqual((), tuple(value.defects), f"{name}: {value}")
        return message


class Composed(PeerTest):
    TEXT = (
        "Grüße, Привет, 你好, こんにちは, 안녕하세요, שלום, مرحبا, Γειά, नमस्ते 👩‍🚀\n"
        "\n"
        ".\n"
        "..\n"
        ".a line that begins with a dot\n"
        "From here on nothing is quoted\n"
        "Bcc: this is text, no field\n"
        "trailing blanks   \n"
        "\ttabs\tand = signs =3D =\n"
        "-- \n" + "a long line without a break " * 120 + "\n" + "x" * 3000 + "\n" + "ü" * 2000 + "\n"
        "the end\n"
    )
    SUBJECT = "Grüße – Привет – 你好 – שלום – नमस्ते 👩‍🚀 and a subject that is far too long for one line of a header"
    NAME = "Übersicht 2026 – 报告 (final) \"ü\"; 100%'.pdf"

    def test_arrives_as_it_was_composed(self):
        self.add_account()
        binary = random.Random(1).randbytes(2 * 1024 * 1024)
        awkward = self.home.file(self.NAME, b"%PDF-1.7\r\n\0\xff\n.\n")
        large = self.home.file("large.bin", binary)
        answer = self.home.run(
            "send", "--account", "work", "--to", "Ada Lovelace <ada@example.org>",
            "--cc", "Bøb <bob@example.org>", "--subject", self.SUBJECT, "--text", "-",
            "--attach", awkward, "--attach", large, "--json",
            input=self.TEXT,
        )  # fmt: skip
        self.expect(OK, answer)
        self.assertEqual("sent", answer.json["state"])

        received = self.one("ada")
        content = without_trace(received)
        self.assertEqual(content, without_trace(self.one("bob")))
        self.assertTrue(content.isascii(), "composed messages are 7-bit")
        self.assertLessEqual(max(map(len, content.split(b"\n"))), 998)

        message = self.parse(received)
        self.assertEqual(self.SUBJECT, message["Subject"])
        self.assertEqual("Ada <ada@example.org>", message["From"])
        self.assertEqual("Ada Lovelace <ada@example.org>", message["To"])
        self.assertEqual(
            [("Bøb", "bob@example.org")], [(a.display_name, a.addr_spec) for a in message["Cc"].addresses]
        )
        self.assertEqual(answer.json["messageId"], message["Message-ID"])
        self.assertRegex(message["Message-ID"], r"^<[^<>\s]+@example\.org>$")
        self.assertIsNotNone(message["Date"].datetime)
        for name in ("From", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version"):
            self.assertEqual(1, len(message.get_all(name)), name)

        text, *attachments = [part for part in message.walk() if not part.is_multipart()]
        self.assertEqual("text/plain", text.get_content_type())
        self.assertEqual(self.TEXT, text.get_content().replace("\r\n", "\n"))
        self.assertEqual([self.NAME, "large.bin"], [part.get_filename() for part in attachments])
        self.assertEqual(awkward.read_bytes(), attachments[0].get_payload(decode=True))
        self.assertEqual(binary, attachments[1].get_payload(decode=True))

    def test_one_refused_recipient_is_refused_alone(self):
        self.add_account()
        answer = self.home.run(
            "send", "--account", "work", "--to", "ada@example.org", "--to", "nobody.here@example.org",
            "--to", "bob@example.org", "--subject", "three", "--text", "-", "--json", input="Three of you.\n",
        )  # fmt: skip
        self.expect(REFUSED, answer)
        self.assertEqual("partly-sent", answer.json["state"])
        verdicts = {r["address"]: r for r in answer.json["recipients"]}
        self.assertEqual(
            {"ada@example.org": "accepted", "nobody.here@example.org": "refused", "bob@example.org": "accepted"},
            {address: verdict["state"] for address, verdict in verdicts.items()},
        )
        refused = verdicts["nobody.here@example.org"]
        self.assertEqual(("rcpt", 550, "5.1.1"), (refused["stage"], refused["code"], refused["enhanced"]))
        self.assertIn("User unknown", refused["reply"])
        accepted = verdicts["ada@example.org"]
        self.assertEqual(("content", 250, "2.0.0"), (accepted["stage"], accepted["code"], accepted["enhanced"]))
        self.assertEqual(without_trace(self.one("ada")), without_trace(self.one("bob")))
        # What the outbox remembers is what was said at the time.
        shown = self.expect(OK, self.home.run("outbox", "show", answer.json["id"], "--json")).json
        self.assertEqual(answer.json["recipients"], shown["recipients"])

    def test_bcc_is_in_the_envelope_only(self):
        self.add_account()
        answer = self.home.run(
            "send", "--account", "work", "--to", "ada@example.org", "--bcc", "Carol <carol@example.org>",
            "--subject", "hidden", "--text", "-", "--json", input="Hello.\n",
        )  # fmt: skip
        self.expect(OK, answer)
        for mailbox in ("ada", "carol"):
            received = self.one(mailbox)
            message = self.parse(received)
            for part in message.walk():
                self.assertNotIn("bcc", [name.lower() for name in part.keys()])
            self.assertNotIn(b"carol", without_trace(received).lower())

    def test_tls_from_the_start(self):
        self.add_account(port=server.tls_port, security="tls")
        answer = self.home.run(
            "send", "--account", "work", "--to", "ada@example.org", "--subject", "tls", "--text", "-", "--json",
            input="Hello.\n",
        )  # fmt: skip
        self.expect(OK, answer)
        self.assertIn(b"with ESMTPSA", self.one("ada"))


class Refusals(PeerTest):
    def send(self):
        return self.home.run(
            "send", "--account", "work", "--to", "ada@example.org", "--subject", "x", "--text", "-", "--json",
            input="Hello.\n",
        )  # fmt: skip

    def assert_kept_unsent(self):
        [kept] = self.home.messages()
        self.assertIn(kept["state"], UNSENT)
        self.assert_empty("ada")

    def test_wrong_password(self):
        self.add_account(password="not the password")
        answer = self.expect(SIGN_IN, self.send())
        self.assertRegex(answer.err, r"(?i)password|sign")
        self.assertNotIn("not the password", answer.out + answer.err)
        self.assert_kept_unsent()

    def test_certificate_of_an_unknown_authority(self):
        self.add_account(ca_file=server.wrong_ca_file)
        answer = self.expect(CONFIGURATION, self.send())
        self.assertIn("certificate", answer.err.lower())
        self.assert_kept_unsent()

    def test_certificate_of_another_host(self):
        self.add_account(port=server.misnamed_port)
        answer = self.expect(CONFIGURATION, self.send())
        self.assertIn("certificate", answer.err.lower())
        self.assert_kept_unsent()

    def test_the_system_does_not_trust_the_test_authority(self):
        answer = self.home.run(
            "account", "add", "work", "--host", server.host, "--port", server.port, "--security", "starttls",
            "--user", USER, "--password-command", "echo unused", "--from", "ada@example.org",
        )  # fmt: skip
        self.expect(OK, answer)
        self.assertIn("certificate", self.expect(CONFIGURATION, self.send()).err.lower())
        self.assert_kept_unsent()

    def test_account_test_names_the_step(self):
        self.add_account()
        answer = self.expect(OK, self.home.run("account", "test", "work", "--json"))
        self.assertTrue(answer.json["ok"])
        self.assertIn("PIPELINING", answer.json["capabilities"])
        self.home.file("secret", "not the password\n")
        answer = self.expect(SIGN_IN, self.home.run("account", "test", "work", "--json"))
        self.assertEqual([False], [step["ok"] for step in answer.json["steps"] if step["step"] == "auth"])
        self.assert_empty("ada")


class SignIn(PeerTest):
    """Every mechanism that takes a password, against Dovecot's own implementation."""

    def add(self, auth, password=PASSWORD):
        self.home.file("secret", password + "\n")
        answer = self.home.run(
            "account", "add", auth, "--host", server.host, "--port", server.port, "--security", "starttls",
            "--auth", auth, "--user", USER, "--password-command", f"cat {self.home.outside}/secret",
            "--from", "ada@example.org", "--ca-file", server.ca_file,
        )  # fmt: skip
        self.expect(OK, answer)

    def signed_in_by(self, auth):
        answer = self.expect(OK, self.home.run("account", "test", auth, "--json"))
        return [step["detail"] for step in answer.json["steps"] if step["step"] == "auth"]

    def test_every_mechanism(self):
        for auth in ("plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256"):
            with self.subTest(auth):
                self.add(auth)
                self.assertEqual([auth.upper()], self.signed_in_by(auth))
                self.home.file("secret", "not the password\n")
                self.expect(SIGN_IN, self.home.run("account", "test", auth, "--json"))

    def test_the_strongest_is_taken_and_remembered(self):
        self.add("auto")
        self.assertEqual(["SCRAM-SHA-256"], self.signed_in_by("auto"))
        answer = self.home.run(
            "send", "--account", "auto", "--to", "ada@example.org", "--subject", "x", "--text", "-", input="Hello.\n"
        )
        self.expect(OK, answer)
        self.assertEqual("scram-sha-256", self.home.run("account", "show", "auto", "--json").json["strongestAuth"])
        self.expect(OK, self.home.run("account", "test", "auto", "--accept-weaker-auth"))
        self.assertEqual("", self.home.run("account", "show", "auto", "--json").json["strongestAuth"])


def fields(header):
    """Splits a header (line ends LF) into its fields, folds kept."""
    return re.findall(rb"[^\n]*\n(?:[ \t][^\n]*\n)*", header)


def field_name(field):
    return field.partition(b":")[0].strip().lower()


def repaired(original):
    """What the contract says arrives of a finished message, with LF as line ends: no Bcc, the last line ended.
    Returns the header's fields, and the body with the empty line before it."""
    text = original.replace(b"\r\n", b"\n")
    if not text.endswith(b"\n"):
        text += b"\n"
    header, gap, body = text.partition(b"\n\n")
    kept = [field for field in fields(header.rstrip(b"\n") + b"\n") if field_name(field) != b"bcc"]
    return kept, b"\n" + body if gap else b"\n"


class Finished(PeerTest):
    """`send --eml`: unchanged but for the documented repairs."""

    # Everyone a message's own To, Cc and Bcc fields name.
    RECIPIENTS = {
        "mixed-attachment": "ada bob", "related-image": "carol", "utf8-8bit": "ada bob", "lf-only": "bob",
        "nested-rfc822": "dora", "no-date-no-message-id": "bob", "folded-headers": "ada bob",
        "bcc-field": "ada bob carol dora", "group-in-to": "ada bob carol", "invitation": "ada dora",
    }  # fmt: skip

    def check(self, path, answer):
        mailboxes = self.RECIPIENTS.get(path.stem, "ada").split()
        self.assertEqual(
            sorted(f"{mailbox}@example.org" for mailbox in mailboxes),
            sorted(recipient["address"] for recipient in answer.json["recipients"]),
        )
        expected_fields, expected_body = repaired(path.read_bytes())
        # A Received field of its own looks like those that delivery put on top.
        own_trace = expected_fields.pop(0) if field_name(expected_fields[0]) == b"received" else b""
        names = [field_name(field) for field in expected_fields]
        for mailbox in mailboxes:
            received = without_trace(self.one(mailbox))
            if own_trace:
                self.assertIn(own_trace, self.one(mailbox))
            header, _, body = received.partition(b"\n\n")
            found = fields(header.rstrip(b"\n") + b"\n")
            for name in (b"date", b"message-id"):
                if name not in names:
                    [added] = [field for field in found if field_name(field) == name]
                    found.remove(added)
                    value = added.partition(b":")[2].decode().strip()
                    if name == b"date":
                        email.utils.parsedate_to_datetime(value)
                    else:
                        self.assertRegex(value, r"^<[^<>\s]+@example\.org>$")
            self.assertEqual(expected_fields, found)
            self.assertEqual(expected_body, b"\n" + body)
        self.assert_empty(*(set(peers.MAILBOXES) - set(mailboxes)))

    def test_arrive_unchanged(self):
        self.add_account()
        paths = sorted(MESSAGES.glob("*.eml"))
        self.assertGreaterEqual(len(paths), 10)
        for path in paths:
            with self.subTest(path.name):
                server.empty()
                answer = self.home.run("send", "--account", "work", "--eml", path, "--json")
                self.expect(OK, answer)
                self.check(path, answer)

    def test_from_standard_input(self):
        self.add_account()
        path = MESSAGES / "utf8-8bit.eml"
        answer = self.home.run("send", "--account", "work", "--eml", "-", "--json", input=path.read_bytes())
        self.expect(OK, answer)
        self.check(path, answer)

    def test_the_envelope_can_be_given(self):
        self.add_account()
        answer = self.home.run(
            "send", "--account", "work", "--eml", MESSAGES / "mixed-attachment.eml",
            "--to", "dora@example.org", "--json",
        )  # fmt: skip
        self.expect(OK, answer)
        self.one("dora")
        self.assert_empty("ada", "bob")

    def test_a_line_too_long_is_named(self):
        self.add_account()
        head = b"From: ada@example.org\r\nTo: ada@example.org\r\nSubject: too long\r\n\r\n"
        path = self.home.file("long.eml", head + b"fine\r\n" * 8 + b"x" * 999 + b"\r\n")
        answer = self.expect(DATA_ERROR, self.home.run("send", "--account", "work", "--eml", path))
        self.assertRegex(answer.err, r"\b13\b")
        self.assertRegex(answer.err, r"\b998\b")
        self.assertEqual([], self.home.messages())
        self.assert_empty("ada")


class Canary(PeerTest):
    """Law 7: a secret reaches neither transcript nor log nor database, in any encoding."""

    def traces_of(self, secret):
        """Every form in which a careless program would leave the secret behind."""
        user = b"\0" + USER.encode() + b"\0"
        # The longest plain stretch is there too: escaping, in whatever language, leaves it as it is.
        plain = max(re.findall(r"[A-Za-z0-9]+", secret), key=len).encode()
        self.assertGreaterEqual(len(plain), 11)
        traces = set()
        for raw in (secret.encode(), secret.encode("utf-16-le"), secret.encode("latin-1", "replace"), plain):
            traces |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
            for sentence in (raw, user + raw):
                for shift in range(3):
                    # Base64 in the middle of something else: the ends depend on the neighbours, the middle does not.
                    encoded = base64.b64encode(b"\0" * shift + sentence)
                    traces.add(encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4])
        return traces | {trace.replace(b"+", b"-").replace(b"/", b"_") for trace in traces}

    def assert_forgotten(self, secret, *answers):
        seen = 0
        traces = self.traces_of(secret)
        for path in self.home.path.rglob("*"):
            if path.is_file():
                seen += 1
                content = path.read_bytes()
                for trace in traces:
                    self.assertNotIn(trace, content, f"{path.relative_to(self.home.path)} holds {trace!r}")
        self.assertGreater(seen, 0)
        for answer in answers:
            for trace in traces:
                self.assertNotIn(trace, (answer.out + answer.err).encode())

    def walk_through(self, secret, expected):
        """Everything that might write the secret down; returns what was said on the way."""
        sent = self.home.run(
            "send", "--account", "work", "--to", "ada@example.org", "--subject", "x", "--text", "-", "--json",
            input="Hello.\n",
        )  # fmt: skip
        self.expect(expected, sent)
        identifier = self.home.messages()[0]["id"]
        return [
            sent,
            self.home.run("account", "show", "work"),
            self.home.run("account", "test", "work", "--json"),
            self.home.run("transcript", identifier),
            self.home.run("transcript", identifier, "--explain"),
            self.home.run("outbox", "show", identifier, "--json"),
        ]

    def add(self, *how, input=b""):
        answer = self.home.run(
            "account", "add", "work", "--host", server.host, "--port", server.port, "--security", "starttls",
            "--user", USER, "--from", "ada@example.org", "--ca-file", server.ca_file, *how, input=input,
        )  # fmt: skip
        return self.expect(OK, answer)

    def check(self, secret, expected):
        for kept_in in ("vault", "command"):
            with self.subTest(kept_in):
                self.home.close()
                self.home = Home()
                self.addCleanup(self.home.close)
                server.empty()
                if kept_in == "vault":
                    self.home.use_vault()
                    added = self.add("--password-stdin", input=secret + "\n")
                else:
                    self.home.file("secret", secret + "\n")
                    added = self.add("--password-command", f"cat {self.home.outside}/secret")
                answers = self.walk_through(secret, expected)
                self.assert_forgotten(secret, added, *answers)
                self.assert_forgotten("one sesquipedalian passphrase")

    def test_after_a_login_that_worked(self):
        self.check(PASSWORD, OK)

    def test_after_a_login_that_failed(self):
        self.check("wr:öng %s'\"\\ canary0815kestrel", SIGN_IN)


if __name__ == "__main__":
    reason = peers.why_unavailable()
    if reason:
        print("skipped: " + reason)
        sys.exit(77)
    unittest.main(verbosity=2)
