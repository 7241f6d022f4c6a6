"""Law 8 with the real program and real servers: killed at every write in turn and at random instants, and compared.

Run by ctest with POSTRIDER and POSTRIDER_KILLER set; POSTRIDER_SEED repeats what a failure names. Without smtp-sink or
the library that kills it ends with 77, "skipped", and says why. bench/soak does the same for as long as one likes.
"""

import os
import random
import subprocess
import sys
import unittest

from kills import (
    KILLED,
    Battlefield,
    DroppedAfterTheDot,
    DroppedBeforeTheDot,
    Kill,
    Letter,
    Sinks,
    Trial,
    killer,
    run_with,
    start_with,
)
from program import OK
from servers import SINK, Sink

SEED = int(os.environ.get("POSTRIDER_SEED") or random.SystemRandom().randrange(1 << 32))
HOWS = ("before", "half", "after")


def spread(chance, count, writes):
    """So many kills, one in each part of the range of writes, each way in turn."""
    for i in range(count):
        first, last = i * writes // count, (i + 1) * writes // count - 1
        yield Kill(HOWS[i % len(HOWS)], 1 + chance.randint(first, max(first, last)))


class KillTest(unittest.TestCase):
    def setUp(self):
        self.chance = random.Random(f"{SEED} {self.id()}")
        self.kills = 0

    def field(self, kind):
        field = kind()
        field.__enter__()
        self.addCleanup(field.close)
        return field

    def play(self, field, *kills):
        name = f"POSTRIDER_SEED={SEED}, killed " + ", ".join(map(str, kills))
        with Trial(field, name) as trial:
            self.kills += trial.play(kills)


class WhileSending(KillTest):
    def test_law8_at_every_write_in_turn(self):
        field = self.field(Sinks)
        for kill in spread(self.chance, 24, field.writes):
            self.play(field, kill)
        # How writes fall together is not the same in every run: the last ones may not be reached.
        self.assertGreaterEqual(self.kills, 20)

    def test_law8_at_random_instants(self):
        field = self.field(Sinks)
        for _ in range(6):
            self.play(field, Kill("time", self.chance.uniform(0.05, field.seconds)))

    def test_law8_again_and_again(self):
        field = self.field(Sinks)
        self.play(field, *[Kill("before", self.chance.randint(1, field.writes // 4)) for _ in range(6)])
        self.assertEqual(6, self.kills)

    def test_law8_dropped_before_the_dot(self):
        field = self.field(DroppedBeforeTheDot)
        for kill in spread(self.chance, 5, field.writes):
            self.play(field, kill)

    def test_law8_dropped_after_the_dot(self):
        field = self.field(DroppedAfterTheDot)
        for kill in spread(self.chance, 7, field.writes):
            self.play(field, kill)


class Entering(Battlefield):
    """Nothing is queued: that is what is killed."""

    def prepare(self):
        self.add_account("several", self.add_server(Sink()), "--security", "none", connections=2)

    def queue_all(self):
        pass

    def measure(self):
        pass

    def command(self, letter):
        to = [word for address in letter.recipients for word in ("--to", address)]
        what = ["--text", self.home.file("text", "Grüße.\n"), "--subject", f"letter {letter.number}"]
        what += ["--attach", self.home.file(f"{letter.number}.bin", letter.attachment)]
        return ["send", "--queue", "--json", *what, *to]

    def next_letter(self):
        number = len(self.letters)
        letter = Letter("several", number, self._addresses("several", 2), None)
        letter.attachment = random.Random(number).randbytes(150_000)
        self.letters.append(letter)
        return letter


class WhileEntering(KillTest):
    KILLS = 14

    def test_law8_entered_whole_or_not_at_all(self):
        field = self.field(Entering)
        with Trial(field, f"POSTRIDER_SEED={SEED}") as trial:
            log = trial.home.outside / "writes"
            self.enter(trial, None, log)
            writes = len(log.read_text().splitlines())
            for kill in spread(self.chance, self.KILLS, writes):
                self.enter(trial, kill, log)
            self.assertGreaterEqual(self.kills, self.KILLS - 2)
            in_books = [letter for letter in field.letters if letter.id]
            self.assertGreaterEqual(len(in_books), 1)
            trial.finish()
            field.letters = in_books
            trial.check_everything_arrived([])

    def enter(self, trial, kill, log):
        log.unlink(missing_ok=True)
        letter = trial.field.next_letter()
        before = {message["id"] for message in trial.home.messages()}
        killed, answer = run_with(trial.home, kill, *trial.field.command(letter), log=log)
        self.kills += killed
        entered = [message for message in trial.home.messages() if message["id"] not in before]
        words = f"{trial.name}, killed {kill}: {answer}\n{log.read_text()}\n{entered}"
        self.assertLessEqual(before, {message["id"] for message in trial.home.messages()}, words)
        self.assertLessEqual(len(entered), 1, words)
        if not killed:
            self.assertEqual(OK, answer.code, words)
        if answer.out:
            self.assertEqual([answer.json["id"]], [message["id"] for message in entered], words)
        if entered:
            letter.id, letter.message_id = entered[0]["id"], entered[0]["messageId"]
            self.assertEqual("queued", entered[0]["state"], words)


class TwoPrograms(KillTest):
    def test_law8_the_other_takes_over(self):
        field = self.field(Sinks)
        for kill in spread(self.chance, 3, field.writes):
            with self.subTest(f"POSTRIDER_SEED={SEED}, killed {kill}"), Trial(field, str(kill)) as trial:
                self.take_over(trial, kill)

    def take_over(self, trial, kill):
        log = trial.home.outside / "writes"
        first = start_with(trial.home, kill, *trial.field.run_command, log=log, stdin=subprocess.PIPE)
        second = trial.home.start(*trial.field.run_command, stdin=subprocess.PIPE)
        answers = [trial.home.finish(process) for process in (first, second)]
        trial.killed = sum(answer.code == KILLED for answer in answers)
        self.assertEqual(OK, answers[1].code, str(answers[1]))
        for server in trial.field.servers:
            server.settle()
        trial.compare()
        trial.resend()


if __name__ == "__main__":
    if not SINK:
        print("skipped: smtp-sink is not installed (Debian's package postfix).")
        sys.exit(77)
    if not killer():
        print("skipped: the library that kills is not built here (POSTRIDER_KILLER).")
        sys.exit(77)
    print(f"POSTRIDER_SEED={SEED}")
    unittest.main(verbosity=2)
