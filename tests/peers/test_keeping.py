"""What is kept and what is not: retention, deletion for good, exported files and copies in a Maildir.

Files are read by Python's own mailbox and email modules. Run by ctest with POSTRIDER set; the kills need
POSTRIDER_KILLER, too.
"""

import email
import email.policy
import mailbox
import os
import random
import re
import sqlite3
import unittest

from kills import Kill, killer, run_with
from program import CANNOT_CREATE, CONFIGURATION, IO_ERROR, OK, REFUSED, USAGE, Home, Practice

SCENARIO = "accept-all"


def make_maildir(path):
    for inside in ("tmp", "new", "cur"):
        (path / inside).mkdir(parents=True)
    return path


class KeepingTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.close)
        self.server = Practice(SCENARIO)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def expect(self, code, answer):
        self.assertEqual(answer.code, code, str(answer))
        if code not in (OK, REFUSED):
            self.assertTrue(answer.err.strip(), f"nothing was said: {answer}")
        return answer

    def add_account(self, *more):
        return self.home.run(
            "account", "add", "work", "--host", "127.0.0.1", "--port", self.server.port, "--security", "none",
            "--auth", "none", "--from", "ada@example.org", *more
        )

    def send(self, *more, subject="x", text="Hello.\n", to="bob@example.org", code=OK):
        answer = self.home.run(
            "send", "--to", to, "--subject", subject, "--text", "-", "--json", *more, input=text, timeout=60
        )
        return self.expect(code, answer).json["id"]


class Settings(KeepingTest):
    def test_they_are_shown_and_set(self):
        shown = self.expect(OK, self.home.run("settings", "show", "--json")).json
        self.assertEqual((shown["keep-days"], shown["keep-size"]), (0, 0))
        self.expect(OK, self.home.run("settings", "set", "keep-days=30", "keep-size=500"))
        shown = self.expect(OK, self.home.run("settings", "show", "--json")).json
        self.assertEqual((shown["keep-days"], shown["keep-size"]), (30, 500))
        self.assertRegex(self.expect(OK, self.home.run("settings", "show")).out, r"keep-days +30 days")

    def test_what_cannot_be_is_told_and_changes_nothing(self):
        for words in ([], ["keep-days"], ["nothing=1"]):
            self.expect(USAGE, self.home.run("settings", "set", *words))
        for words in (["keep-days=-1"], ["keep-days=a"], ["keep-days=30", "keep-size=1.5"], ["keep-days="]):
            self.expect(CONFIGURATION, self.home.run("settings", "set", *words))
        self.expect(USAGE, self.home.run("settings"))
        self.expect(USAGE, self.home.run("settings", "show", "more"))
        self.assertEqual(self.expect(OK, self.home.run("settings", "show", "--json")).json["keep-days"], 0)


class Retention(KeepingTest):
    def test_old_ones_go_and_what_needs_a_person_stays(self):
        self.expect(OK, self.add_account())
        old, young = self.send(subject="old"), self.send(subject="young")
        held = self.send("--queue", subject="held")
        self.expect(OK, self.home.run("outbox", "hold", held))
        books = sqlite3.connect(self.home.path / "postrider.db")
        books.execute("UPDATE message SET changed = changed - 40 * 86400000 WHERE id IN (?, ?)", (old, held))
        books.commit()
        books.close()
        self.expect(OK, self.home.run("settings", "set", "keep-days=30"))
        self.assertEqual(len(self.home.messages()), 3)
        self.send(subject="new")  # this one dispatches
        self.expect(OK, self.home.run("outbox", "run"))
        self.assertEqual({message["subject"] for message in self.home.messages()}, {"young", "held", "new"})
        self.assertEqual(self.home.messages()[-1]["id"], young)


class Deletion(KeepingTest):
    def test_no_word_is_left(self):
        self.expect(OK, self.add_account())
        word = "xylophonquark"
        text = f"Dear Ada, {word} {word}upwards.\n" * 200
        identifier = self.send(subject=word, text=text, to=f"{word}@example.org")
        self.send(subject="staying")

        def found():
            return sum((self.home.path / name).read_bytes().count(word.encode())
                       for name in ("postrider.db", "postrider.db-wal") if (self.home.path / name).exists())

        self.assertGreater(found(), 0)
        self.expect(OK, self.home.run("outbox", "delete", identifier))
        self.assertEqual(found(), 0)
        self.assertEqual([message["subject"] for message in self.home.messages()], ["staying"])


class Export(KeepingTest):
    TEXTS = ["From here\n>From there\n>>From nowhere\n", ".\n..\nFrom \n", "Grüße\n\n\nFrom you\n"]

    def setUp(self):
        super().setUp()
        self.expect(OK, self.add_account())
        self.ids = [self.send(subject=f"letter {i}", text=text) for i, text in enumerate(self.TEXTS)]
        self.folder = self.home.outside / "exported"
        self.folder.mkdir()

    def texts(self, messages):
        return [message.get_content().replace("\r\n", "\n") for message in messages]

    def test_files(self):
        answer = self.expect(OK, self.home.run("outbox", "export", "--all", "--to", self.folder, "--json"))
        self.assertEqual((answer.json["wanted"], answer.json["written"], answer.json["left"]), (3, 3, []))
        files = sorted(self.folder.iterdir(), key=lambda file: file.name.rsplit("(", 1)[1])
        self.assertEqual(len(files), 3)
        for i, file in enumerate(files):
            self.assertRegex(file.name, rf"^\d{{4}}-\d\d-\d\d \d\d\.\d\d letter {i} \({self.ids[i]}\)\.eml$")
            self.assertNotIn(b"\n", file.read_bytes().replace(b"\r\n", b""))
        read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
        self.assertEqual(self.texts(read), self.TEXTS)

    def test_mbox(self):
        file = self.folder / "all.mbox"
        self.expect(OK, self.home.run("outbox", "export", "--search", "letter", "--mbox", file))
        self.assertNotIn(b"\r", file.read_bytes())
        box = mailbox.mbox(file, factory=None, create=False)
        self.addCleanup(box.close)
        self.assertEqual(len(box), 3)
        for i, (key, message) in enumerate(box.items()):
            self.assertRegex(message.get_from(), r"^ada@example\.org \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$")
            self.assertEqual(message["Subject"], f"letter {i}")
            unquoted = re.sub(rb"(?m)^>(>*From )", rb"\1", box.get_bytes(key))
            read = email.message_from_bytes(unquoted, policy=email.policy.default)
            self.assertEqual(self.texts([read]), [self.TEXTS[i]])
        self.assertEqual(list(self.folder.iterdir()), [file])

    def test_nothing_is_overwritten(self):
        file = self.folder / "all.mbox"
        file.write_text("mine")
        self.expect(IO_ERROR, self.home.run("outbox", "export", "--all", "--mbox", file))
        self.assertEqual(file.read_text(), "mine")
        self.expect(IO_ERROR, self.home.run("outbox", "export", "--all", "--to", file))
        for _ in range(2):
            self.expect(OK, self.home.run("outbox", "export", self.ids[0], "--to", self.folder))
        self.assertEqual(len(list(self.folder.iterdir())), 3)

    def test_what_does_not_go_together_is_told(self):
        for words in (["--all"], ["--to", "x"], ["--all", "--to", "x", "--mbox", "y"],
                      [self.ids[0], "--all", "--to", "x"], ["nonsense", "--to", "x"], ["--state", "nonsense", "--to", "x"]):
            self.expect(USAGE, self.home.run("outbox", "export", *words))
        answer = self.home.run("outbox", "export", self.ids[0], "999", "--to", self.folder, "--json")
        self.assertNotEqual(answer.code, OK)
        self.assertEqual((answer.json["written"], answer.json["left"]), (1, [{"id": "999", "error": "not-found"}]))

    def test_blind_copies_are_named_only_when_asked(self):
        identifier = self.send("--bcc", "blind@example.org")
        for more, named in (([], False), (["--with-envelope"], True)):
            file = self.folder / f"{named}.mbox"
            self.expect(OK, self.home.run("outbox", "export", identifier, "--mbox", file, *more))
            self.assertEqual(b"blind@" in file.read_bytes(), named)


class Copies(KeepingTest):
    def setUp(self):
        super().setUp()
        self.folder = make_maildir(self.home.path / "Sent")

    def copies(self, home=None):
        folder = (home.path if home else self.home.path) / "Sent"
        return list(mailbox.Maildir(folder, create=False))

    def test_another_program_reads_them(self):
        self.expect(OK, self.add_account("--sent-folder", self.folder))
        identifier = self.send("--bcc", "blind@example.org", subject="copied", text="From here\nGrüße\n")
        [copy] = self.copies()
        self.assertEqual(copy.get_flags(), "S")
        self.assertEqual(copy.get_subdir(), "cur")
        self.assertEqual(copy["Subject"], "copied")
        read = email.message_from_bytes(bytes(copy), policy=email.policy.default)
        self.assertEqual(read.get_content().replace("\r\n", "\n"), "From here\nGrüße\n")
        self.assertNotIn(b"blind", bytes(copy))
        self.assertEqual(os.listdir(self.folder / "tmp"), [])
        shown = self.expect(OK, self.home.run("outbox", "show", identifier, "--json")).json
        self.assertEqual(shown["copy"], {"state": "done", "folder": str(self.folder)})

    def test_a_folder_that_is_none_is_told_and_not_made(self):
        wrong = self.home.outside / "nowhere"
        for folder in (wrong, self.home.outside):
            answer = self.expect(CONFIGURATION, self.add_account("--sent-folder", folder))
            self.assertIn("Maildir", answer.err)
        self.assertFalse(wrong.exists())
        self.assertEqual(self.expect(OK, self.home.run("account", "list", "--json")).json, [])

    def test_a_folder_that_is_away_changes_no_outcome(self):
        self.expect(OK, self.add_account("--sent-folder", self.folder))
        self.folder.rename(self.home.path / "Away")
        identifier = self.send()
        shown = self.expect(OK, self.home.run("outbox", "show", identifier, "--json")).json
        self.assertEqual((shown["state"], shown["copy"]["state"], shown["copy"]["error"]),
                         ("sent", "failed", "not-maildir"))
        self.assertIn("copy is missing", self.home.run("outbox", "show", identifier).err)
        (self.home.path / "Away").rename(self.folder)
        self.expect(OK, self.home.run("outbox", "run"))
        self.assertEqual(len(self.copies()), 1)
        self.expect(OK, self.home.run("outbox", "run"))
        self.assertEqual(len(self.copies()), 1)

    @unittest.skipUnless(killer(), "the library that kills is not built here")
    def test_law8_a_kill_at_any_write_makes_one_copy(self):
        """Killed at every third write in turn (POSTRIDER_EVERY: at every so many), beginning anywhere, and again at
        the next start: one copy of each message that was accepted."""
        self.expect(OK, self.add_account("--sent-folder", self.folder))
        killed = 0
        every = int(os.environ.get("POSTRIDER_EVERY") or 3)
        at = random.SystemRandom().randrange(every) + 1 - every
        while True:
            at += every
            for inside in ("cur", "new", "tmp"):
                for file in (self.folder / inside).iterdir():
                    file.unlink()
            identifier = self.home.run("send", "--to", "bob@example.org", "--subject", "x", "--text", "-", "--queue",
                                       "--json", input="Hello.\n").json["id"]
            died, _ = run_with(self.home, Kill("after", at), "outbox", "run")
            run_with(self.home, Kill("before", max(1, at // 2)), "outbox", "run")
            self.home.run("outbox", "run")
            shown = self.expect(OK, self.home.run("outbox", "show", identifier, "--json")).json
            if shown["state"] == "uncertain":
                self.assertEqual(self.copies(), [], at)
                self.expect(OK, self.home.run("outbox", "resolve", identifier, "--arrived"))
                self.expect(OK, self.home.run("outbox", "run"))
            shown = self.expect(OK, self.home.run("outbox", "show", identifier, "--json")).json
            self.assertEqual((shown["state"], shown["copy"]["state"]), ("sent", "done"), f"killed behind write {at}")
            self.assertEqual(len(self.copies()), 1, f"killed behind write {at}")
            self.assertEqual(bytes(self.copies()[0]).count(b"Hello."), 1, at)
            if not died:
                break
            killed += 1
        self.assertGreater(killed, 10)


if __name__ == "__main__":
    unittest.main()
