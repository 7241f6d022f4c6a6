"""The real program on a disk that is full, read-only or broken for a while or for good, and with damaged books.

The disk fails inside the program (tests/support/killer). Run by ctest with POSTRIDER and POSTRIDER_KILLER set;
POSTRIDER_SEED repeats what a failure names. Skipped (77) where smtp-sink or the library is missing.
"""

import os
import random
import sqlite3
import subprocess
import sys
import unittest

from kills import Battlefield, Fault, Trial, killer, run_with, start_with
from program import CANNOT_CREATE, IO_ERROR, OK, TEMPORARY
from servers import SINK, Sink, wait_for

SEED = int(os.environ.get("POSTRIDER_SEED") or random.SystemRandom().randrange(1 << 32))
FAULTS = ("full", "read-only", "broken")


class OneAccount(Battlefield):
    # Until nothing is due: a letter that had to stop before its dot waits for its next attempt.
    run_command = ("outbox", "run", "--timeout", "30")

    def prepare(self):
        self.add_account("several", self.add_server(Sink()), "--security", "none", connections=2)


class DiskTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.field = OneAccount()
        cls.field.__enter__()
        cls.addClassCleanup(cls.field.close)

    def setUp(self):
        self.chance = random.Random(f"{SEED} {self.id()}")

    def assert_said(self, answer, codes, words):
        self.assertIn(answer.code, codes, words)
        if answer.code != OK:
            self.assertTrue(answer.err.strip(), words)
        self.assertNotRegex(answer.err, r"(?i)assert|terminate called|QSql|sanitizer", words)


class AFailingDisk(DiskTest):
    def calls_that_can_fail(self, how):
        """The first of them at which the letters are under way, and the last that is sure to come."""
        with Trial(self.field, how) as trial:
            log = trial.home.outside / "writes"
            run_with(trial.home, Fault(how, 1_000_000, 1), *self.field.run_command, log=log)
            lines = log.read_text().splitlines()
        harmless = ("fsync", "fdatasync", "unlink", "rename") if how == "full" else ()
        failing = [line.split()[2] for line in lines if line.split()[1] not in harmless]
        first = failing.index("network")
        return first + 1, len([path for path in failing if path != "network"]) - 15

    def trial_on(self, fault):
        trial = Trial(self.field, f"POSTRIDER_SEED={SEED}, {fault}").__enter__()
        self.addCleanup(trial.home.close)
        return trial

    @staticmethod
    def failed(log):
        return [line for line in log.read_text().splitlines() if line.endswith(" fails")] if log.exists() else []

    def run_on(self, fault, *command):
        trial = self.trial_on(fault)
        log = trial.home.outside / "writes"
        _, answer = run_with(trial.home, fault, *command, log=log)
        self.field.servers[0].settle()
        failed = self.failed(log)
        return trial, answer, failed, f"{trial.name}: {answer}\n" + "\n".join(failed[:5])

    def run_into(self, fault, first):
        """The same, and sooner where no run came as far this time: how many writes there are varies with the turns."""
        while True:
            trial, answer, failed, words = self.run_on(fault, *self.field.run_command)
            if failed or fault.at <= first:
                return trial, answer, failed, words
            fault = Fault(fault.how, max(first, fault.at - 15), fault.count)

    def check_the_letters(self, trial):
        """Whatever it was, a disk that works again is all it takes."""
        trial.finish()
        trial.compare()
        trial.resend()

    def test_that_recovers(self):
        for how in FAULTS:
            first, last = self.calls_that_can_fail(how)
            for part in range(3):
                at = self.chance.randrange(first + part * (last - first) // 3, first + (part + 1) * (last - first) // 3)
                fault = Fault(how, at, self.chance.randint(1, 2))
                with self.subTest(str(fault)):
                    trial, answer, failed, words = self.run_into(fault, first)
                    self.assertTrue(failed, words)
                    # The program that saw it goes on by itself, and knows of every letter what became of it.
                    self.assert_said(answer, (OK,), words)
                    states = {message["state"] for message in trial.books().values()}
                    self.assertLessEqual(states, {"sent", "deferred"}, words)
                    self.check_the_letters(trial)

    def test_while_it_opens_its_books(self):
        for how in FAULTS:
            first, _ = self.calls_that_can_fail(how)
            for at in sorted(self.chance.sample(range(1, first), min(3, first - 1))):
                fault = Fault(how, at, 2)
                with self.subTest(str(fault)):
                    trial, answer, failed, words = self.run_on(fault, *self.field.run_command)
                    self.assert_said(answer, (OK, CANNOT_CREATE, IO_ERROR), words)
                    self.check_the_letters(trial)

    def test_for_good(self):
        """It asks again and again; then it is killed."""
        for how in FAULTS:
            first, last = self.calls_that_can_fail(how)
            for at in (1, self.chance.randint(first, first + 2 * (last - first) // 3)):
                fault = Fault(how, at, 0)
                with self.subTest(str(fault)):
                    trial = self.trial_on(fault)
                    log = trial.home.outside / "writes"
                    process = start_with(trial.home, fault, *self.field.run_command, log=log, stdin=subprocess.PIPE)
                    wait_for(lambda: process.poll() is not None or len(self.failed(log)) > 2, trial.name)
                    ended = process.poll() is not None
                    process.kill()
                    answer = trial.home.finish(process)
                    words = f"{trial.name}: {answer}\n" + "\n".join(self.failed(log)[:5])
                    if ended:  # it could not even begin
                        self.assert_said(answer, (CANNOT_CREATE, IO_ERROR), words)
                    trial.killed = 1
                    self.field.servers[0].settle()
                    self.check_the_letters(trial)

    def test_a_letter_that_cannot_be_entered(self):
        for how in FAULTS:
            with self.subTest(how):
                text = self.field.home.file("text", "Hello.\n")
                command = ["send", "--queue", "--to", "bob@example.org", "--subject", "x", "--text", text]
                command += ["--attach", self.field.home.file("attachment", bytes(300_000))]
                for at in (1, 20, 40):
                    trial, answer, failed, words = self.run_on(Fault(how, at, 0), *command)
                    before = len(self.field.letters)
                    refused = (CANNOT_CREATE, IO_ERROR)
                    self.assert_said(answer, refused if at == 1 else (OK, *refused), words)
                    # A commit whose sync failed is told to have failed, and may be there all the same.
                    entered = len(trial.books()) - before
                    self.assertIn(entered, (1,) if answer.code == OK else (0, 1), words)


class DamagedBooks(DiskTest):
    """What can be read goes into a new database, and the damaged one is kept as it is."""

    COMMANDS = (("outbox", "list"), ("outbox", "run", "--timeout", "5"), ("outbox", "show", "1"))

    def books_of(self, trial):
        """All in one file."""
        path = trial.home.path / "postrider.db"
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        for name in ("postrider.db-wal", "postrider.db-shm"):
            (trial.home.path / name).unlink(missing_ok=True)
        return path, path.read_bytes()

    def expect_recovery(self, trial, path, octets, words):
        """Set aside, unchanged, and told once; a database stands there again."""
        path.write_bytes(octets)
        answer = trial.home.run("outbox", "list")
        self.assertEqual(OK, answer.code, f"{words}: {answer}")
        self.assertIn("damaged", answer.err, words)
        aside = sorted(path.parent.glob("postrider.db.damaged-*"))
        aside = [file for file in aside if not file.name.endswith(("-wal", "-shm"))]
        self.assertEqual(1, len(aside), words)
        self.assertIn(str(aside[0]), answer.err, words)
        self.assertTrue(octets == aside[0].read_bytes(), f"{words}: the damaged file was changed")
        again = trial.home.run("outbox", "list")
        self.assertEqual((OK, ""), (again.code, again.err), words)
        for file in path.parent.glob("postrider.db*"):
            file.unlink()

    def test_cut_in_the_middle(self):
        with Trial(self.field, "cut") as trial:
            path, octets = self.books_of(trial)
            sizes = [50, 1000, 4096, 5000, len(octets) // 2, len(octets) - 4096]
            for size in sizes:
                with self.subTest(size=size):
                    self.expect_recovery(trial, path, octets[:size], f"cut to {size} of {len(octets)}")
            self.assertEqual([], self.field.received())
            # Nothing was spoilt: with the file as it was all is there.
            path.write_bytes(octets)
            trial.finish()
            trial.compare()
            trial.resend()

    def test_the_first_page_overwritten(self):
        with Trial(self.field, "first page") as trial:
            path, octets = self.books_of(trial)
            self.expect_recovery(trial, path, self.chance.randbytes(4096) + octets[4096:], "the first page")

    def test_another_page_overwritten(self):
        """It shows where that page is read; what is not damaged may be sent, and as it is or not at all."""
        pages = None
        for part in range(6):
            with Trial(self.field, "page") as trial:
                path, octets = self.books_of(trial)
                pages = len(octets) // 4096
                page = self.chance.randrange(1 + part * (pages - 1) // 6, 1 + (part + 1) * (pages - 1) // 6)
                spoilt = octets[: page * 4096] + self.chance.randbytes(4096) + octets[(page + 1) * 4096 :]
                path.write_bytes(spoilt)
                with self.subTest(seed=SEED, page=page, of=pages):
                    for command in self.COMMANDS:
                        answer = trial.home.run(*command)
                        self.assert_said(answer, (OK, IO_ERROR, TEMPORARY, 66), f"page {page}: {answer}")
                    self.field.servers[0].settle()
                    for got in self.field.received():
                        letter = self.field.letter_of(got)
                        self.assertTrue(letter.content == got.content, f"page {page}: another content was sent")
                    recipients = [got.recipients for got in self.field.received()]
                    self.assertEqual(sorted(recipients), sorted({tuple(each): each for each in recipients}.values()))


if __name__ == "__main__":
    if not SINK:
        print("skipped: smtp-sink is not installed (Debian's package postfix).")
        sys.exit(77)
    if not killer():
        print("skipped: the library that lets the disk fail is not built here (POSTRIDER_KILLER).")
        sys.exit(77)
    print(f"POSTRIDER_SEED={SEED}")
    unittest.main(verbosity=2)
