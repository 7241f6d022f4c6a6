"""Limits and patience over the command line: accounts that are changed, settings, what waits and why.

Run by ctest with POSTRIDER set; needs nothing else.
"""

import socketserver
import threading
import unittest

from program import CONFIGURATION, OK, USAGE, Home


class Meter(socketserver.ThreadingTCPServer):
    """An SMTP server that takes so many letters and then names a limit."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, most, refusal):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.most, self.refusal, self.taken, self.refused = most, refusal, 0, 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def mail(self):
        with self.lock:
            if self.taken < self.most:
                return "250 2.1.0 ok"
            self.refused += 1
            return self.refusal


class Conversation(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 meter ESMTP")
        while line := self.rfile.readline():
            verb = line.strip().upper()
            if verb.startswith(b"EHLO"):
                self.say("250 meter")
            elif verb.startswith(b"MAIL"):
                self.say(self.server.mail())
            elif verb == b"DATA":
                self.say("354 go on")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                with self.server.lock:
                    self.server.taken += 1
                self.say("250 2.0.0 queued")
            elif verb == b"QUIT":
                self.say("221 2.0.0 bye")
                return
            else:
                self.say("250 2.0.0 ok")


class LimitsTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.close)

    def expect(self, code, answer):
        self.assertEqual(answer.code, code, str(answer))
        if code != OK:
            self.assertTrue(answer.err.strip(), f"nothing was said: {answer}")
        self.assertNotRegex(answer.err, r"(?i)assert|terminate called|QObject::|sanitizer")
        return answer

    def add(self, port=2525, *more):
        self.expect(OK, self.home.run("account", "add", "work", "--host", "127.0.0.1", "--port", port,
                                      "--security", "none", "--from", "ada@example.org", *more))

    def account(self):
        return self.expect(OK, self.home.run("account", "show", "work", "--json")).json

    def send(self, *more):
        return self.expect(OK, self.home.run("send", "--account", "work", "--to", "bob@example.org", "--subject", "x",
                                             "--text", "-", "--queue", "--json", *more, input="Hello.\n"))

    # account set

    def test_set_changes_what_is_given_and_nothing_else(self):
        self.add(2525, "--helo", "here.example.org", "--per-day", 500, "--max-connections", 3, "--lane", "bulk")
        before = self.account()
        for options, field, value in (
            (("--per-hour", "100"), "perHour", 100),
            (("--per-day", "0"), "perDay", 0),
            (("--max-size", "25M"), "messageSize", 25_000_000),
            (("--port", "2526"), "port", 2526),
            (("--host", "mail.example.org"), "host", "mail.example.org"),
            (("--helo", ""), "helo", ""),
            (("--lane", "window"), "lane", "window"),
            (("--max-connections", "5"), "maxConnections", 5),
        ):
            with self.subTest(options=options):
                self.expect(OK, self.home.run("account", "set", "work", *options))
                after = self.account()
                self.assertEqual(after[field], value)
                self.assertEqual({k for k in before if before[k] != after[k]} - {"usage", "forecast"}, {field})
                before = after

    def test_set_keeps_a_port_of_ones_own(self):
        self.add(2525)
        self.expect(OK, self.home.run("account", "set", "work", "--security", "starttls"))
        self.assertEqual((self.account()["security"], self.account()["port"]), ("starttls", 2525))
        self.expect(OK, self.home.run("account", "set", "work", "--port", "587"))
        self.expect(OK, self.home.run("account", "set", "work", "--security", "tls"))
        self.assertEqual((self.account()["security"], self.account()["port"]), ("tls", 465))

    def test_set_a_password_command(self):
        self.add(2525)
        self.expect(OK, self.home.run("account", "set", "work", "--security", "tls", "--user", "ada",
                                      "--password-command", "echo secret"))
        account = self.account()
        self.assertEqual((account["user"], account["secretPlace"]), ("ada", "command"))
        self.expect(OK, self.home.run("account", "set", "work", "--per-day", "7"))
        self.assertEqual(self.account()["secretPlace"], "command")

    def test_set_refuses_nonsense_and_changes_nothing(self):
        self.add(2525)
        before = self.account()
        for code, options in (
            (USAGE, ()),
            (USAGE, ("--no-such-option",)),
            (USAGE, ("--password-stdin", "--password-command", "x", "--user", "ada")),
            (USAGE, ("--user", "ada", "--password-command", "echo x")),  # it would travel unencrypted
            (CONFIGURATION, ("--per-hour", "many")),
            (CONFIGURATION, ("--max-connections", "0")),
            (CONFIGURATION, ("--host", "https://example.org/")),
            (CONFIGURATION, ("--port", "0")),
            (CONFIGURATION, ("--provider", "nobody")),
        ):
            with self.subTest(options=options):
                self.expect(code, self.home.run("account", "set", "work", *options))
                self.assertEqual(self.account(), before)
        self.expect(CONFIGURATION, self.home.run("account", "set", "nobody", "--per-day", "5"))

    # settings

    def settings(self):
        return self.expect(OK, self.home.run("settings", "show", "--json")).json

    def test_settings_are_kept(self):
        self.assertEqual(self.settings()["retry-delays"], [60, 120, 300, 600, 900, 1800])
        self.expect(OK, self.home.run("settings", "set", "retry-delays=30,5m", "retry-every=2h", "warn-after=1h",
                                      "give-up-after=3d", "undo=20", "ask-when-late=0"))
        self.assertEqual(self.settings(), {
            "retry-delays": [30, 300], "retry-every": 7200, "retry-jitter": 10, "warn-after": 3600,
            "give-up-after": 259200, "undo": 20, "ask-when-late": 0, "keep-days": 0, "keep-size": 0})
        shown = self.expect(OK, self.home.run("settings", "show")).out
        for words in ("30 seconds, 5 minutes", "2 hours", "3 days", "never", "given up"):
            self.assertIn(words, shown)
        self.expect(OK, self.home.run("settings", "set", "undo=default"))
        self.assertEqual(self.settings()["undo"], 10)

    def test_settings_refuse_nonsense_and_change_nothing(self):
        before = self.settings()
        for code, words in (
            (USAGE, ()),
            (USAGE, ("frobnicate",)),
            (USAGE, ("show", "undo")),
            (USAGE, ("set",)),
            (USAGE, ("set", "undo")),
            (USAGE, ("set", "no-such-setting=1")),
            (USAGE, ("set", "undo=1", "undo=2")),
            (CONFIGURATION, ("set", "undo=soon")),
            (CONFIGURATION, ("set", "undo=5", "retry-every=1")),
            (CONFIGURATION, ("set", "warn-after=6d")),
            (CONFIGURATION, ("set", "retry-delays=60,,x")),
        ):
            with self.subTest(words=words):
                self.expect(code, self.home.run("settings", *words))
                self.assertEqual(self.settings(), before)

    def test_the_name_that_is_wrong_is_named(self):
        answer = self.expect(CONFIGURATION, self.home.run("settings", "set", "warn-after=6d"))
        self.assertIn("warn-after", answer.err)
        self.assertIn("before a message is given up", answer.err)

    # limits

    def test_what_waits_for_a_limit_says_so(self):
        meter = Meter(100, "")
        self.addCleanup(meter.shutdown)
        self.add(meter.port, "--per-hour", 2)
        for _ in range(4):
            self.send()
        self.home.run("outbox", "run", "--timeout", "10")
        self.assertEqual(meter.taken, 2)
        account = self.account()
        self.assertEqual(account["usage"], [{"limit": "per-hour", "used": 2, "most": 2}])
        self.assertEqual((account["waiting"], account["sentInADay"]), (2, 2))
        self.assertEqual(sum(day["messages"] for day in account["forecast"]["days"]), 2)
        waiting = self.expect(OK, self.home.run("outbox", "list", "--state", "queued", "--json")).json
        self.assertEqual([message["waitsFor"]["most"] for message in waiting], [2, 2])
        sent = self.expect(OK, self.home.run("outbox", "list", "--state", "sent", "--json")).json
        self.assertEqual([message["waitsFor"] for message in sent], [None, None])
        self.assertIn("waits for the limit of 2 messages an hour", self.home.run("outbox", "list").out)
        self.assertIn("limit of 2 messages an hour", self.home.run("outbox", "show", waiting[0]["id"]).out)
        self.assertIn("2 of 2 messages an hour", self.home.run("account", "show", "work").out)

    def test_a_limit_the_server_names_is_learned(self):
        meter = Meter(12, "450 4.7.1 Rate limit: 12 messages per hour")
        self.addCleanup(meter.shutdown)
        self.add(meter.port, "--max-connections", 1)
        for _ in range(16):
            self.send()
        self.home.run("outbox", "run", "--timeout", "10")
        self.assertEqual((meter.taken, meter.refused), (12, 1))
        self.assertEqual(self.account()["learned"]["perHour"]["most"], 12)
        self.assertIn("learned from the server: 12 messages an hour", self.home.run("account", "show", "work").out)
        waiting = self.expect(OK, self.home.run("outbox", "list", "--state", "queued", "--state", "deferred",
                                                "--json")).json
        self.assertEqual([(message["attempts"], message["waitsFor"]["most"]) for message in waiting], [(0, 12)] * 4)
        # And the next run knows.
        self.home.run("outbox", "run", "--timeout", "5")
        self.assertEqual((meter.taken, meter.refused), (12, 1))


if __name__ == "__main__":
    unittest.main()
