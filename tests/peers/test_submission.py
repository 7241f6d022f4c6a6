"""The command line against Dovecot's submission server, which hands on to a private Postfix: another implementation of
SMTP, SASL and CHUNKING than Postfix's own, with access tokens and client certificates.

Run by ctest with POSTRIDER set. Where the servers cannot be started it ends with 77, "skipped", and says why.
"""

import sys
import unittest

import peers
from peers import PASSWORD, USER, access_token, without_trace
from program import OK, REFUSED, SIGN_IN, Home

PASSWORDS = ("plain", "login", "scram-sha-256")
TOKENS = ("oauthbearer", "xoauth2")
OFFERED = [
    "8BITMIME",
    "AUTH PLAIN LOGIN SCRAM-SHA-256 OAUTHBEARER XOAUTH2 EXTERNAL",
    "BURL imap",
    "CHUNKING",
    "ENHANCEDSTATUSCODES",
    "SIZE",
    "PIPELINING",
]
LETTER = (
    "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    "Date: Sun, 22 Nov 2026 03:00:00 +0000\r\nMessage-ID: <{subject}@example.org>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "Grüße, 你好\r\n.\r\n..\r\n.dot\r\ntrailing  \r\n\tFrom \r\nBDAT 5 LAST\r\n" + "x" * 998 + "\r\n\r\n\r\nend\r\n"
)

server = None


def setUpModule():
    global server
    server = peers.Postfix(submission=True).__enter__()


def tearDownModule():
    server.__exit__()


class SubmissionTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        server.empty()
        self.home = Home()
        self.addCleanup(self.home.close)

    def expect(self, code, answer):
        self.assertEqual(code, answer.code, f"{answer}\n{server.log()}")
        return answer

    def add(self, auth, *more, port=None, security="starttls"):
        answer = self.home.run(
            "account", "add", auth, "--host", server.host, "--port", port or server.submission_port,
            "--security", security, "--auth", auth, "--from", "ada@example.org", "--ca-file", server.ca_file, *more,
        )  # fmt: skip
        self.expect(OK, answer)

    def add_with_secret(self, auth, secret, *more, **where):
        self.secret(secret)
        self.add(auth, "--user", USER, "--password-command", f"cat {self.home.outside}/secret", *more, **where)

    def secret(self, secret):
        self.home.file("secret", secret + "\n")

    def letter(self, subject):
        return self.home.file(f"{subject}.eml", LETTER.format(subject=subject))

    def send(self, auth, *more):
        return self.home.run("send", "--account", auth, "--eml", self.letter(auth), "--json", *more)

    def assert_arrived(self, *subjects):
        found = server.wait_for("bob", len(subjects))
        server.wait_until_idle()
        expected = [LETTER.format(subject=subject).replace("\r\n", "\n").encode() for subject in subjects]
        self.assertEqual(sorted(expected), sorted(without_trace(letter) for letter in found))

    def assert_nothing_arrived(self):
        server.wait_until_idle()
        self.assertEqual([], server.messages("bob"))

    def said(self, identifier, who="client"):
        answer = self.expect(OK, self.home.run("transcript", identifier))
        mark = f" {who[0].upper()} "
        return [line.split(mark, 1)[1] for line in answer.out.splitlines() if mark in line[:20]]


class SignIn(SubmissionTest):
    def check_delivery(self, auth):
        tested = self.expect(OK, self.home.run("account", "test", auth, "--json")).json
        self.assertEqual(OFFERED, tested["capabilities"])
        self.assertEqual([auth.upper()], [step["detail"] for step in tested["steps"] if step["step"] == "auth"])
        server.empty()
        sent = self.expect(OK, self.send(auth)).json
        self.assertEqual("sent", sent["state"])
        self.assertIn(f"AUTH {auth.upper()}", "\n".join(self.said(sent["id"])))
        self.assert_arrived(auth)

    def check_refusal(self, auth, words="535 5.7.8 Authentication failed"):
        server.empty()
        answer = self.expect(SIGN_IN, self.send(auth))
        self.assertIn(words, answer.err)
        [recipient] = answer.json["recipients"]
        self.assertEqual(("auth", 535), (recipient["stage"], recipient["code"]))
        self.assertIn(recipient["state"], ("waiting", "deferred"))
        self.assert_nothing_arrived()
        return answer

    def test_a_password(self):
        """Dovecot keeps only what SCRAM needs of it: the password itself lies nowhere."""
        for auth in PASSWORDS:
            with self.subTest(auth):
                self.add_with_secret(auth, PASSWORD)
                self.check_delivery(auth)

    def test_a_wrong_password(self):
        for auth in PASSWORDS:
            with self.subTest(auth):
                self.add_with_secret(auth, "not the password")
                answer = self.check_refusal(auth)
                self.assertNotIn("not the password", answer.out + answer.err)

    def test_the_strongest_that_takes_a_password(self):
        self.add_with_secret("auto", PASSWORD, port=server.submissions_port, security="tls")
        sent = self.expect(OK, self.send("auto")).json
        self.assertIn("AUTH SCRAM-SHA-256 ****", self.said(sent["id"]))
        self.assertNotIn("STARTTLS", self.said(sent["id"]))
        self.assert_arrived("auto")

    def test_an_access_token(self):
        for auth in TOKENS:
            with self.subTest(auth):
                self.add_with_secret(auth, access_token())
                self.check_delivery(auth)

    def test_a_wrong_token(self):
        wrong = {
            "has run out": access_token(lifetime=-5),
            "signed by another": access_token(key=b"another key"),
            "issued by another": access_token(issuer="https://login.elsewhere.example"),
            "of another person": access_token("bob@example.org"),
            "not one": "nonsense",
        }
        for auth in TOKENS:
            self.add_with_secret(auth, "nothing yet")
            for what, token in wrong.items():
                with self.subTest(auth, token=what):
                    self.secret(token)
                    answer = self.expect(SIGN_IN, self.home.run("account", "test", auth, "--json"))
                    [step] = [step for step in answer.json["steps"] if step["step"] == "auth"]
                    self.assertFalse(step["ok"])
                    self.assertIn("535 5.7.8", answer.err)
                    # What the server says of the token is no reply but a challenge (RFC 7628, section 3.2.3).
                    self.assertIn('"status":', answer.err)
                    self.assertNotIn(token, answer.out + answer.err)
            self.check_refusal(auth)

    def test_what_waited_for_a_new_token_goes_with_it(self):
        for auth in TOKENS:
            with self.subTest(auth):
                self.add_with_secret(auth, access_token(lifetime=-5))
                refused = self.check_refusal(auth).json
                self.secret(access_token())
                self.expect(OK, self.home.run("outbox", "retry", refused["id"]))
                self.expect(OK, self.home.run("outbox", "run", "--until-empty", "--timeout", "30"))
                self.assert_arrived(auth)

    def test_a_certificate(self):
        self.add(
            "external", "--client-certificate", server.client_certificate, "--client-key", server.client_key
        )
        self.check_delivery("external")

    def test_a_certificate_of_another_authority(self):
        self.add(
            "external", "--client-certificate", server.stranger_certificate, "--client-key", server.stranger_key
        )
        self.check_refusal("external")


class Conversation(SubmissionTest):
    def test_each_recipient_has_the_verdict_of_the_server_behind(self):
        self.add_with_secret("plain", PASSWORD)
        answer = self.send("plain", "--to", "nobody.here@example.org", "--to", "bob@example.org")
        self.expect(REFUSED, answer)
        self.assertEqual(
            {"nobody.here@example.org": ("refused", "rcpt", 550), "bob@example.org": ("accepted", "content", 250)},
            {each["address"]: (each["state"], each["stage"], each["code"]) for each in answer.json["recipients"]},
        )
        self.assert_arrived("plain")

    def test_the_envelope_travels_in_one_flight(self):
        self.add_with_secret("plain", PASSWORD)
        sent = self.expect(OK, self.send("plain")).json
        said = self.said(sent["id"])
        self.assertEqual("DATA", said[said.index("RCPT TO:<bob@example.org>") + 1])
        self.assert_arrived("plain")

    def test_whole_letters_in_flight(self):
        """BDAT (RFC 3030): several letters are on their way before the first is answered."""
        self.add_with_secret("plain", PASSWORD, "--lane", "window", "--max-connections", 1)
        subjects = [f"letter-{number}" for number in range(12)]
        for subject in subjects:
            self.expect(OK, self.home.run("send", "--queue", "--eml", self.letter(subject)))
        self.expect(OK, self.home.run("outbox", "run", "--until-empty", "--timeout", "60"))
        self.assert_arrived(*subjects)
        for message in self.home.messages():
            self.assertEqual("sent", message["state"])
            said = "\n".join(self.said(message["id"]))
            self.assertRegex(said, r"(?m)^BDAT \d+ LAST$")
            self.assertNotIn("DATA\n", said)


if __name__ == "__main__":
    reason = peers.why_unavailable(submission=True)
    if reason:
        print("skipped: " + reason)
        sys.exit(77)
    unittest.main(verbosity=2)
