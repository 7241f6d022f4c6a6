#!/usr/bin/env python3
"""Which stage of a conversation meets which misfortune in a dialogue.

Reads every *.smtp beside it, follows the conversation (whose question is the answer for, where are we when the
connection breaks), and fails where a stage never meets one of the misfortunes. A cell that cannot be stands in
IMPOSSIBLE with its reason. "coverage.py --table" prints the whole table.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
STAGES = ["connect", "greeting", "ehlo", "starttls", "handshake", "auth", "mail", "rcpt", "data", "content", "chunk",
          "dot", "quit"]
EVENTS = ["yes", "4xx", "5xx", "421", "drop", "reset", "stall", "garbage"]

NOBODY_SPEAKS = "nobody is there to answer yet"
NO_REPLIES = "between 220 and the end of the handshake TLS speaks, and its own word for no is 'fails'"
IMPOSSIBLE = {
    ("connect", "4xx"): NOBODY_SPEAKS,
    ("connect", "5xx"): NOBODY_SPEAKS,
    ("connect", "421"): NOBODY_SPEAKS,
    ("connect", "garbage"): NOBODY_SPEAKS,
    ("handshake", "4xx"): NO_REPLIES,
    ("handshake", "5xx"): NO_REPLIES,
    ("handshake", "421"): NO_REPLIES,
}

VERBS = {"EHLO": "ehlo", "HELO": "ehlo", "LHLO": "ehlo", "STARTTLS": "starttls", "AUTH": "auth", "MAIL": "mail",
         "RCPT": "rcpt", "DATA": "data", "RSET": "rset", "QUIT": "quit", ".": "dot", "<message>": "dot"}


class Conversation:
    """Follows one dialogue and notes (stage, event) for everything that happens."""

    def __init__(self, text):
        self.met = set()
        self.asked = []  # stages whose answer is owed, oldest first
        self.begun = False
        self.implicit_tls = False
        self.handshaking = False
        self.in_content = False
        self.code = None  # of a reply whose last line has not come
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        for line, following in zip(lines, lines[1:] + [""]):
            self.step(line, following)

    def stage(self):
        if self.handshaking:
            return "handshake"
        if not self.begun:
            return "connect"
        if self.in_content:
            return "content"
        return self.asked[0] if self.asked else "idle"

    def note(self, event):
        self.met.add((self.stage(), event))

    def begin(self):
        if not self.begun:
            self.note("yes")
            self.begun = True
            self.asked.append("greeting")
            self.handshaking = False

    def step(self, line, following):
        if line.startswith("> account") and "security=tls" in line:
            self.implicit_tls = True
        elif line.startswith("S!"):
            self.event(line[3:], following)
        elif line.startswith("S"):
            self.hear(line.split(": ", 1)[1] if ": " in line else "")
        elif line.startswith("C: "):
            self.say(line[3:])

    def event(self, words, following):
        word = words.split()[0]
        if word == "connect":
            if self.begun:  # behind a lost connection: another one
                self.begun = self.in_content = False
                self.asked.clear()
            self.begin()
        elif word == "tls":
            if not self.begun:
                self.begin()
            self.handshaking = True
            self.note("yes")
            self.handshaking = False
        elif word in ("tls-refused", "tls-failed"):
            self.begin()
            self.handshaking = True
            self.note("garbage" if word == "tls-failed" else "5xx")
        elif word in ("refused", "no-such-host"):  # what there is of a loss before there is a connection
            self.note("reset" if word == "refused" else "drop")
        elif word in ("drop", "reset"):
            if self.implicit_tls and self.asked == ["greeting"] and ("handshake", "yes") not in self.met:
                self.handshaking = True
            self.note(word)
        elif word == "stall" and following.startswith("="):  # otherwise it was waited for
            self.note("stall")
        elif word in ("raw", "inject"):
            for line in re.split(r"(?<=\\n)", words.split(" ", 1)[1]):
                if line.endswith("\\n"):
                    self.hear(line[:-2].removesuffix("\\r"))

    def hear(self, text):
        self.begin()
        found = re.match(r"([2-5]\d\d)(?:([ -])|$)", text)
        if not found or self.code not in (None, found[1]):
            self.note("garbage")
            return
        self.code = found[1]
        if found[2] == "-":
            return
        code, self.code = self.code, None
        stage = self.stage()
        if code == "421":
            self.note("421")
        elif code[0] in "45":
            self.note(code[0] + "xx")
        elif not (stage == "auth" and code == "334"):
            self.note("yes")
        if stage == "content" or not self.asked:
            return
        self.asked.pop(0)
        if stage == "data" and code == "354":
            self.in_content = True
        if stage == "starttls" and code == "220":
            self.handshaking = True

    def say(self, text):
        if text.startswith(("<part of the message>", "<chunk")):  # the content, and no question
            return
        if text.startswith("BDAT"):
            self.asked.append("dot" if text.endswith("LAST") else "chunk")
            return
        verb = text.split()[0] if text.split() else ""
        self.in_content = False
        self.asked.append(VERBS.get(verb.split(":")[0], "auth"))


def met_in(folder):
    cells = {}
    for file in sorted(folder.glob("*.smtp")):
        for cell in Conversation(file.read_text(encoding="utf-8")).met:
            cells.setdefault(cell, []).append(file.name)
    return cells


def holes(cells):
    return [(stage, event) for stage in STAGES for event in EVENTS
            if (stage, event) not in cells and (stage, event) not in IMPOSSIBLE]


def table(cells):
    for stage in STAGES:
        for event in EVENTS:
            files = cells.get((stage, event), [])
            # The one that is named after it, if there is one, says most.
            named = [f for f in files if stage in f] or [f for f in files if event in f] or files
            words = named[0] + (f" and {len(files) - 1} more" if len(files) > 1 else "") if files else \
                "– " + IMPOSSIBLE.get((stage, event), "MISSING")
            print(f"{stage:10} {event:8} {words}")


def check_itself():
    """No test that cannot fail: each kind of line is understood, and a table without a file has a hole."""
    greeting, hello = "S: 220 hello\n", "C: EHLO me\nS: 250 you\n"
    for text, cell in [
        ("S! refused\n", ("connect", "reset")),
        ("S: 554 no\n", ("greeting", "5xx")),
        ("S! connect\nS! stall 301s\n= stage greeting\n", ("greeting", "stall")),
        (greeting + "C: EHLO me\nS: 250-you\nS: 421 no\n", ("ehlo", "garbage")),
        (greeting + hello + "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nS: 250 ok\nS! drop\n", ("rcpt", "drop")),
        (greeting + hello + "C: STARTTLS\nS: 220 go\nS! reset\n", ("handshake", "reset")),
        (greeting + hello + "C: DATA\nS: 354 go\nC: <part of the message>\nS: 552 no\n", ("content", "5xx")),
        (greeting + hello + "C: DATA\nS: 354 go\nC: <message>\nS! drop\n", ("dot", "drop")),
        (greeting + hello + "C: BDAT 9\nC: <chunk 1>\nS: 250 ok\n", ("chunk", "yes")),
        (greeting + hello + "C: BDAT 9\nC: <chunk 1>\nC: BDAT 1 LAST\nS: 250 ok\nS! drop\n", ("dot", "drop")),
        (greeting + hello + "C: QUIT\nS! raw bye\\r\\n\n", ("quit", "garbage")),
    ]:
        assert cell in Conversation(text).met, (text, cell)
    patient = Conversation(greeting + hello + "C: MAIL FROM:<a@b>\nS! stall 9s\nS: 250 ok\n")
    assert ("mail", "stall") not in patient.met
    full = {(stage, event): ["x"] for stage in STAGES for event in EVENTS}
    assert not holes(full)
    del full["rcpt", "drop"]
    assert holes(full) == [("rcpt", "drop")]


def main():
    check_itself()
    cells = met_in(HERE)
    if "--table" in sys.argv:
        table(cells)
    missing = holes(cells)
    for stage, event in missing:
        print(f"no dialogue has {event} at {stage}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
