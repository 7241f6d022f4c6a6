"""Access tokens against Dovecot's submission server, which believes nothing of a token but what the authority that issued
it says about it (RFC 7662): a small introspection server of the test's own.

Run by ctest with POSTRIDER set. Where the servers cannot be started it ends with 77, "skipped", and says why.
"""

import http.server
import json
import sys
import threading
import unittest
import urllib.parse

import peers
from peers import USER, without_trace
from program import OK, SIGN_IN, TEMPORARY, Home

MECHANISMS = ("xoauth2", "oauthbearer")
GOOD, STALE, OTHERS = "ya29.good-token", "ya29.stale-token", "ya29.token-of-bob"
LETTER = (
    "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: {subject}\r\n"
    "Date: Sun, 22 Nov 2026 03:00:00 +0000\r\nMessage-ID: <{subject}@example.org>\r\n\r\nHello.\r\n"
)


class Authority:
    """Knows its tokens, and notes what it was asked."""

    def __init__(self):
        self.tokens = {}  # token → whose it is; what is not here is not valid, or not any more
        self.asked = []
        self.is_ill = False
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                token = dict(urllib.parse.parse_qsl(body)).get("token")
                authority.asked.append(token)
                owner = authority.tokens.get(token)
                found = {"active": True, "sub": owner, "token_type": "Bearer"} if owner else {"active": False}
                said = b"" if authority.is_ill else json.dumps(found).encode()
                self.send_response(503 if authority.is_ill else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/introspect"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


authority = server = None


def setUpModule():
    global authority, server
    authority = Authority()
    unittest.addModuleCleanup(authority.close)
    server = peers.Postfix(submission=True, introspection=authority.url).__enter__()
    unittest.addModuleCleanup(server.__exit__)


class Introspection(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        server.empty()
        authority.tokens = {GOOD: USER, OTHERS: "bob@example.org"}
        authority.asked = []
        authority.is_ill = False

    def expect(self, code, answer):
        self.assertEqual(code, answer.code, f"{answer}\n{server.log()}")
        return answer

    def home_with(self, auth, token):
        home = Home()
        self.addCleanup(home.close)
        home.file("secret", token + "\n")
        answer = home.run(
            "account", "add", auth, "--host", server.host, "--port", server.submission_port, "--security", "starttls",
            "--auth", auth, "--from", "ada@example.org", "--ca-file", server.ca_file, "--user", USER,
            "--password-command", f"cat {home.outside}/secret",
        )  # fmt: skip
        self.expect(OK, answer)
        return home

    def send(self, home, subject, *more):
        path = home.file(f"{subject}.eml", LETTER.format(subject=subject))
        return home.run("send", "--eml", path, "--json", *more)

    def is_paused(self, home, auth):
        return self.expect(OK, home.run("account", "show", auth, "--json")).json["paused"]

    def assert_arrived(self, *subjects):
        found = [without_trace(letter) for letter in server.wait_for("bob", len(subjects))]
        server.wait_until_idle()
        expected = [LETTER.format(subject=subject).replace("\r\n", "\n").encode() for subject in subjects]
        self.assertEqual(sorted(expected), sorted(found))

    def test_a_good_one(self):
        for auth in MECHANISMS:
            with self.subTest(auth):
                server.empty()
                authority.asked = []
                home = self.home_with(auth, GOOD)
                sent = self.expect(OK, self.send(home, auth)).json
                self.assertEqual("sent", sent["state"])
                self.assertEqual([GOOD], list(dict.fromkeys(authority.asked)))
                self.assertIn(f"AUTH {auth.upper()} ****", home.run("transcript", sent["id"]).out)
                self.assertFalse(self.is_paused(home, auth))
                self.assert_arrived(auth)

    def test_one_that_has_run_out_stops_the_account_and_loses_nothing(self):
        for auth in MECHANISMS:
            with self.subTest(auth):
                server.empty()
                authority.asked = []
                home = self.home_with(auth, STALE)
                answer = self.expect(SIGN_IN, self.send(home, "first"))
                self.assertEqual({STALE}, set(authority.asked))
                [recipient] = answer.json["recipients"]
                self.assertEqual(("auth", 535), (recipient["stage"], recipient["code"]))
                self.assertIn(recipient["state"], ("waiting", "deferred"))
                self.assertNotIn(STALE, answer.out + answer.err)
                self.assertTrue(self.is_paused(home, auth))
                # What a person reads: that it is the token, the server's words, and what to do.
                self.assertIn("token", answer.err)
                self.assertIn("535 5.7.8", answer.err)
                # Nothing is tried by itself any more, and what comes later waits as well.
                asked = len(authority.asked)
                self.expect(OK, self.send(home, "second", "--queue"))
                home.run("outbox", "run", "--timeout", "60")
                self.assertEqual(asked, len(authority.asked))
                self.assertEqual([], server.messages("bob"))
                # A new one, and both go.
                home.file("secret", GOOD + "\n")
                self.expect(OK, home.run("outbox", "retry", answer.json["id"]))
                self.expect(OK, home.run("outbox", "run", "--until-empty", "--timeout", "60"))
                self.assertFalse(self.is_paused(home, auth))
                self.assert_arrived("first", "second")

    def test_one_that_runs_out_between_two_letters(self):
        home = self.home_with("xoauth2", GOOD)
        self.expect(OK, self.send(home, "first"))
        del authority.tokens[GOOD]
        self.expect(SIGN_IN, self.send(home, "second"))
        self.assertTrue(self.is_paused(home, "xoauth2"))
        self.assert_arrived("first")

    def test_somebody_elses(self):
        for auth in MECHANISMS:
            with self.subTest(auth):
                home = self.home_with(auth, OTHERS)
                self.expect(SIGN_IN, self.send(home, auth))
                self.assertEqual([], server.messages("bob"))

    def test_an_authority_that_is_ill_is_no_verdict_about_the_token(self):
        for auth in MECHANISMS:
            with self.subTest(auth):
                authority.is_ill = True
                home = self.home_with(auth, GOOD)
                answer = self.expect(TEMPORARY, self.send(home, auth))
                [recipient] = answer.json["recipients"]
                self.assertEqual(("auth", 454), (recipient["stage"], recipient["code"]))
                self.assertFalse(self.is_paused(home, auth))
                authority.is_ill = False
                self.expect(OK, home.run("outbox", "retry", answer.json["id"]))
                self.expect(OK, home.run("outbox", "run", "--until-empty", "--timeout", "60"))
                server.wait_for("bob", 1)
                server.empty()


if __name__ == "__main__":
    reason = peers.why_unavailable(submission=True)
    if reason:
        print("skipped: " + reason)
        sys.exit(77)
    unittest.main(verbosity=2)
