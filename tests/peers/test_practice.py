"""The command line against the built-in practice server, and against bad input: exit codes, states, words.

Run by ctest with POSTRIDER set; needs nothing else.
"""

import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from program import (
    CANNOT_CREATE,
    CONFIGURATION,
    DATA_ERROR,
    IO_ERROR,
    NO_INPUT,
    OK,
    PROTOCOL,
    REFUSED,
    SIGN_IN,
    TEMPORARY,
    USAGE,
    Home,
    Practice,
)

UNSENT = ("queued", "deferred", "held")


class CommandLineTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.close)

    def expect(self, code, answer):
        codes = code if isinstance(code, tuple) else (code,)
        self.assertIn(answer.code, codes, str(answer))
        if answer.code not in (OK, REFUSED, TEMPORARY):
            self.assertTrue(answer.err.strip(), f"nothing was said: {answer}")
        self.assertNotRegex(answer.err, r"(?i)assert|terminate called|core dumped|QObject::|sanitizer")
        return answer

    def send(self, *more, to=("ada@example.org",), account="practice", text="Hello.\n"):
        recipients = [word for address in to for word in ("--to", address)]
        return self.home.run(
            "send", "--account", account, *recipients, "--subject", "x", "--text", "-", "--json", *more, input=text
        )

    def states(self, message):
        return {recipient["address"]: recipient["state"] for recipient in message["recipients"]}

    def show(self, identifier):
        return self.expect(OK, self.home.run("outbox", "show", identifier, "--json")).json


class Scenarios(CommandLineTest):
    def practice(self, scenario):
        server = Practice(scenario)
        server.__enter__()
        self.addCleanup(server.__exit__)
        self.expect(OK, server.add_account(self.home))
        return server

    def test_accept_all(self):
        self.practice("accept-all")
        sent = self.expect(OK, self.send(to=("ada@example.org", "bob@example.org"))).json
        self.assertEqual("sent", sent["state"])
        self.assertEqual({"ada@example.org": "accepted", "bob@example.org": "accepted"}, self.states(sent))
        self.assertEqual(1, sent["attempts"])
        self.assertEqual([sent["id"]], [message["id"] for message in self.home.messages()])
        transcript = self.expect(OK, self.home.run("transcript", sent["id"])).out
        for word in ("EHLO", "STARTTLS", "MAIL FROM:<ada@example.org>", "RCPT TO:<bob@example.org>", "DATA", "QUIT"):
            self.assertIn(word, transcript)

    def test_refuse_recipient(self):
        self.practice("refuse-recipient")
        sent = self.expect(REFUSED, self.send(to=("ada@example.org", "nobody@example.org", "bob@example.org"))).json
        self.assertEqual("partly-sent", sent["state"])
        self.assertEqual(
            {"ada@example.org": "accepted", "nobody@example.org": "refused", "bob@example.org": "accepted"},
            self.states(sent),
        )
        [refused] = [recipient for recipient in sent["recipients"] if recipient["state"] == "refused"]
        self.assertEqual(("rcpt", 550, "5.1.1"), (refused["stage"], refused["code"], refused["enhanced"]))

    def test_every_recipient_refused(self):
        self.practice("refuse-recipient")
        sent = self.expect(REFUSED, self.send(to=("nobody@example.org",))).json
        self.assertEqual("failed", sent["state"])

    def test_greylist(self):
        self.practice("greylist")
        sent = self.expect(TEMPORARY, self.send()).json
        self.assertEqual("deferred", sent["state"])
        self.assertEqual({"ada@example.org": "deferred"}, self.states(sent))
        [recipient] = sent["recipients"]
        self.assertEqual((451, "4.7.1"), (recipient["code"], recipient["enhanced"]))
        self.assertIsNotNone(sent["nextAttempt"])
        self.expect(OK, self.home.run("outbox", "retry", sent["id"]))
        self.home.run("outbox", "run", "--until-empty", "--timeout", "60")
        shown = self.show(sent["id"])
        self.assertEqual(("sent", 2), (shown["state"], shown["attempts"]))
        self.assertEqual(sent["messageId"], shown["messageId"])

    def test_drop_after_the_dot_is_uncertain_and_stays_so(self):
        self.practice("drop-after-dot")
        sent = self.expect(PROTOCOL, self.send()).json
        self.assertEqual("uncertain", sent["state"])
        self.assertEqual({"ada@example.org": "uncertain"}, self.states(sent))
        # Law 5: only the person may send it again.
        self.home.run("outbox", "run", "--timeout", "5")
        shown = self.show(sent["id"])
        self.assertEqual(("uncertain", 1), (shown["state"], shown["attempts"]))

    def test_wrong_password(self):
        self.practice("wrong-password")
        answer = self.expect(SIGN_IN, self.send())
        self.assertRegex(answer.err, r"(?i)password|sign")
        [kept] = self.home.messages()
        self.assertIn(kept["state"], UNSENT)

    def test_queued_content_is_the_spools(self):
        """A file that vanishes after queueing is sent all the same."""
        self.practice("accept-all")
        path = self.home.file("soon gone.txt", "x" * 100_000)
        queued = self.expect(OK, self.send("--attach", path, "--queue")).json
        self.assertEqual("queued", queued["state"])
        path.unlink()
        self.expect(OK, self.home.run("outbox", "run", "--until-empty", "--timeout", "60"))
        self.assertEqual("sent", self.show(queued["id"])["state"])

    def test_two_programs_on_one_home(self):
        self.practice("accept-all")
        processes = [
            self.home.start(
                "send", "--account", "practice", "--to", "ada@example.org", "--subject", f"number {number}", "--json"
            )
            for number in range(4)
        ]
        for process in processes:
            out, err = process.communicate(timeout=120)
            self.assertEqual(OK, process.returncode, (out + err).decode(errors="replace"))
        self.assertEqual(["sent"] * 4, [message["state"] for message in self.home.messages()])

    def test_cancel(self):
        self.practice("accept-all")
        queued = self.expect(OK, self.send("--queue")).json
        self.expect(OK, self.home.run("outbox", "cancel", queued["id"]))
        self.home.run("outbox", "run", "--until-empty", "--timeout", "60")
        self.assertEqual(("cancelled", 0), (lambda m: (m["state"], m["attempts"]))(self.show(queued["id"])))

    def test_the_list_of_scenarios(self):
        listed = self.expect(OK, self.home.run("practice", "--list")).out
        for name in ("accept-all", "refuse-recipient", "greylist", "drop-after-dot", "wrong-password"):
            self.assertIn(name, listed)


class BadInput(CommandLineTest):
    """Each gets a sentence and its exit code, and nothing is queued."""

    def add_account(self):
        # Nothing listens there: these cases have to be refused before anything is sent.
        answer = self.home.run(
            "account", "add", "practice", "--host", "127.0.0.1", "--port", "9", "--security", "starttls",
            "--user", "u", "--password-command", "echo x", "--from", "ada@example.org",
        )  # fmt: skip
        self.expect(OK, answer)

    def assert_nothing_queued(self):
        self.assertEqual([], self.home.messages())

    def test_no_account(self):
        answer = self.home.run("send", "--to", "ada@example.org", "--subject", "x", "--text", "-", input="Hello.\n")
        self.assertIn("account", self.expect(CONFIGURATION, answer).err.lower())
        self.assert_nothing_queued()

    def test_unknown_account(self):
        self.add_account()
        self.assertIn("elsewhere", self.expect(CONFIGURATION, self.send(account="elsewhere")).err)
        self.assert_nothing_queued()

    def test_unreadable_files(self):
        self.add_account()
        for option in ("--attach", "--text", "--eml"):
            with self.subTest(option):
                recipients = () if option == "--eml" else ("--to", "ada@example.org")
                answer = self.home.run("send", "--account", "practice", *recipients, option, "/nowhere/to be.found")
                self.assertIn("/nowhere/to be.found", self.expect(NO_INPUT, answer).err)
        answer = self.send("--attach", self.home.outside)
        self.assertIn(str(self.home.outside), self.expect(NO_INPUT, answer).err)
        self.assert_nothing_queued()

    def test_malformed_addresses_are_named(self):
        self.add_account()
        for address in ("ada", "ada@", "@example.org", "ada lovelace@example.org", "ada@example.org>", "a@b@c"):
            with self.subTest(address):
                answer = self.send(to=("bob@example.org", address))
                self.assertIn(address, self.expect(DATA_ERROR, answer).err)
        self.expect(DATA_ERROR, self.send(to=("",)))
        self.assert_nothing_queued()

    def test_header_fields_cannot_be_smuggled_in(self):
        self.add_account()
        for value in ("X-A: b\r\nBcc: carol@example.org", "X-A: b\nX-B: c", "X-A: b\rX-B: c", "no colon", "X A: b"):
            with self.subTest(value):
                self.expect(DATA_ERROR, self.send("--header", value))
        for option in ("--subject", "--from"):
            with self.subTest(option):
                answer = self.home.run(
                    "send", "--account", "practice", "--to", "ada@example.org", "--text", "-",
                    option, "ada@example.org\r\nBcc: carol@example.org", input="Hello.\n",
                )  # fmt: skip
                self.expect(DATA_ERROR, answer)
        self.expect(DATA_ERROR, self.send(to=("ada@example.org\r\nRCPT TO:<carol@example.org>",)))
        self.assert_nothing_queued()

    def test_usage(self):
        for arguments in (("frobnicate",), ("send", "--no-such-option"), ("account", "add"), ("outbox",)):
            with self.subTest(" ".join(arguments)):
                self.expect(USAGE, self.home.run(*arguments))
        self.add_account()
        no_recipient = self.home.run("send", "--account", "practice", "--subject", "x", "--text", "-", input="Hello.\n")
        self.expect((USAGE, DATA_ERROR), no_recipient)
        self.assert_nothing_queued()

    def test_a_password_in_the_clear_has_to_be_asked_for(self):
        add = (
            "account", "add", "clear", "--host", "127.0.0.1", "--port", "9", "--security", "none",
            "--user", "u", "--password-command", "echo x", "--from", "ada@example.org",
        )  # fmt: skip
        answer = self.expect((USAGE, CONFIGURATION), self.home.run(*add))
        self.assertIn("--allow-cleartext-password", answer.err)
        self.expect(OK, self.home.run(*add, "--allow-cleartext-password"))

    def test_a_secret_needs_a_place(self):
        """No keychain and no passphrase: the words say what to do."""
        answer = self.home.run(
            "account", "add", "work", "--host", "127.0.0.1", "--port", "9", "--security", "starttls",
            "--user", "u", "--password-stdin", "--from", "ada@example.org", input="secret\n",
        )  # fmt: skip
        self.assertIn("POSTRIDER_VAULT_PASSPHRASE_FILE", self.expect(CONFIGURATION, answer).err)

    def test_a_home_that_cannot_be_written(self):
        in_the_way = self.home.file("in the way", "a file")
        for path in (in_the_way, in_the_way / "home"):
            with self.subTest(path.name):
                self.home.path = path
                answer = self.expect(CANNOT_CREATE, self.home.run("outbox", "list"))
                self.assertIn(str(in_the_way), answer.err)
        self.assertEqual(b"a file", in_the_way.read_bytes())

    def test_a_database_of_a_newer_schema(self):
        self.add_account()
        database = self.home.path / "postrider.db"
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA user_version=999")
        connection.commit()
        connection.close()
        for arguments in (("outbox", "list"), ("account", "list")):
            answer = self.expect((CANNOT_CREATE, IO_ERROR, CONFIGURATION), self.home.run(*arguments))
            self.assertRegex(answer.err, r"(?i)newer")
        connection = sqlite3.connect(database)
        self.assertEqual(999, connection.execute("PRAGMA user_version").fetchone()[0])
        connection.close()

    def test_a_full_disk(self):
        mount = Path(tempfile.mkdtemp(prefix="postrider-disk-"))
        self.addCleanup(mount.rmdir)
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "postrider-test", str(mount)], stderr=subprocess.DEVNULL
        )
        if made.returncode:
            self.skipTest("a small disk cannot be mounted here")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", str(mount)], check=True))
        self.home.path = mount / "home"
        self.add_account()
        filler = mount / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass
        attachment = self.home.file("large.bin", b"x" * 500_000)
        answer = self.expect((CANNOT_CREATE, IO_ERROR), self.send("--attach", attachment, "--queue"))
        self.assertRegex(answer.err, r"(?i)full|space")
        filler.unlink()
        self.assert_nothing_queued()
        self.expect(OK, self.send("--attach", attachment, "--queue"))
        self.assertEqual(1, len(self.home.messages()))


class BadServer:
    """Says something to whoever connects, and hangs up. `speak` gets the connection."""

    def __init__(self, speak):
        self._speak = speak
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(60)
                try:
                    self._speak(connection)
                except OSError:
                    pass

    def close(self):
        # Closing alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)


class BadServers(CommandLineTest):
    """The message stays in the outbox whatever a server does."""

    def try_with(self, speak, codes):
        server = BadServer(speak)
        self.addCleanup(server.close)
        answer = self.home.run(
            "account", "add", "practice", "--host", "127.0.0.1", "--port", server.port, "--security", "starttls",
            "--user", "u", "--password-command", "echo x", "--from", "ada@example.org",
        )  # fmt: skip
        self.expect(OK, answer)
        begun = time.monotonic()
        answer = self.expect(codes, self.send())
        self.assertLess(time.monotonic() - begun, 60)
        self.assertTrue(answer.err.strip(), "nothing was said")
        [kept] = self.home.messages()
        self.assertIn(kept["state"], UNSENT)
        return answer

    def test_closes_at_once(self):
        self.try_with(lambda connection: None, (TEMPORARY, PROTOCOL))

    def test_nobody_listens(self):
        with socket.socket() as taken:  # bound but not listening: connections are refused
            taken.bind(("127.0.0.1", 0))
            answer = self.home.run(
                "account", "add", "practice", "--host", "127.0.0.1", "--port", taken.getsockname()[1],
                "--security", "tls", "--user", "u", "--password-command", "echo x", "--from", "ada@example.org",
            )  # fmt: skip
            self.expect(OK, answer)
            self.expect(TEMPORARY, self.send())
        [kept] = self.home.messages()
        self.assertIn(kept["state"], UNSENT)

    def test_garbage(self):
        noise = bytes(range(256)) * 16 + b"\r\n"

        def speak(connection):
            connection.sendall(noise)
            connection.recv(1)

        answer = self.try_with(speak, PROTOCOL)
        self.assertTrue(all(c.isprintable() or c in "\n\t" for c in answer.err), repr(answer.err))

    def test_a_line_of_ten_megabytes(self):
        def speak(connection):
            connection.sendall(b"220 " + b"x" * 10_000_000 + b"\r\n")
            connection.recv(1)

        answer = self.try_with(speak, PROTOCOL)
        self.assertLess(len(answer.err), 10_000)

    def test_an_answer_without_end(self):
        def speak(connection):
            while True:
                connection.sendall(b"220-and another line\r\n" * 1000)

        self.try_with(speak, PROTOCOL)

    def test_starttls_is_never_dropped(self):
        """Law 6: a server that offers no TLS is not spoken to in the clear."""
        said = []

        def speak(connection):
            connection.sendall(b"220 hello\r\n")
            with connection.makefile("rwb", buffering=0) as lines:
                for line in lines:
                    said.append(line)
                    lines.write(b"250-hello\r\n250 AUTH PLAIN LOGIN\r\n" if line.startswith(b"EHLO") else b"502 no\r\n")

        self.try_with(speak, (CONFIGURATION, TEMPORARY, PROTOCOL))
        self.assertFalse([line for line in said if line.upper().startswith((b"AUTH", b"MAIL", b"DATA"))])

    def test_what_comes_behind_the_promise_of_tls_ends_the_session(self):
        """Law 6: bytes sent in the clear behind 220 would be read as if TLS had protected them."""
        said = []

        def speak(connection):
            connection.sendall(b"220 hello\r\n")
            with connection.makefile("rwb", buffering=0) as lines:
                for line in lines:
                    said.append(line)
                    if line.startswith(b"EHLO"):
                        lines.write(b"250-hello\r\n250 STARTTLS\r\n")
                    elif line.startswith(b"STARTTLS"):
                        lines.write(b"220 go ahead\r\n250-injected\r\n250 AUTH PLAIN\r\n")
                    else:
                        return

        self.try_with(speak, (PROTOCOL, CONFIGURATION))
        self.assertTrue(any(line.startswith(b"STARTTLS") for line in said))
        self.assertFalse([line for line in said if b"AUTH" in line.upper()])


if __name__ == "__main__":
    unittest.main(verbosity=2)
