#!/usr/bin/env python3
"""What the documents name as tests exists.

docs/security.md and tests/dialogues/README.md name tests in backquotes: a dialogue (auth-454.smtp), a function of a
test (core/smtp/tst_command::aCommandIsBounded), a fuzz target (fuzz_reply), a test with real servers
(peers/test_postfix::test_name). Every one must be there, and every row of docs/security.md must name one, except those
in LATER, which must say so.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = [str(number) for number in range(1, 17)]
LATER = {"15"}  # parts of the program that are not there yet

REFERENCE = re.compile(r"`((?:core|ui|app|peers)/[\w/]+::\w+|[\w.-]+\.smtp|fuzz_\w+)`")


def exists(reference, root):
    if reference.endswith(".smtp"):
        return (root / "tests/dialogues" / reference).is_file()
    if reference.startswith("fuzz_"):
        return (root / "tests/fuzz" / f"{reference}.cpp").is_file() and \
            (root / "tests/fuzz/corpus" / reference.removeprefix("fuzz_")).is_dir()
    path, function = reference.split("::")
    if path.startswith("peers/"):
        file, pattern = root / "tests" / f"{path}.py", rf"^\s+def {function}\(self"
    else:
        file, pattern = root / "tests" / f"{path}.cpp", rf"^void \w+::{function}\(\)"
    return file.is_file() and re.search(pattern, file.read_text(encoding="utf-8"), re.MULTILINE) is not None


def references(text):
    return REFERENCE.findall(text)


def missing(text, root):
    return [reference for reference in references(text) if not exists(reference, root)]


def rows(text):
    """Number of a row -> its cells."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("|") and cells[0].isdigit():
            found[cells[0]] = cells
    return found


def weak_rows(text):
    """Rows that are not there, are not whole, or have no test."""
    found = rows(text)
    weak = []
    for number in ROWS:
        cells = found.get(number, [])
        if len(cells) != 5:
            weak.append(f"row {number} has {len(cells)} cells of 5")
        elif number in LATER and "Later:" not in cells[3]:
            weak.append(f"row {number} does not say what comes later")
        elif number not in LATER and not references(cells[4]):
            weak.append(f"row {number} names no test")
    return weak


def check_itself(security):
    """No test that cannot fail."""
    for lie in ["no-such-dialogue.smtp", "fuzz_nothing", "core/smtp/tst_command::noSuchTest", "core/smtp/tst_no::test",
                "peers/test_postfix::test_no_such_thing"]:
        assert missing(f"`{lie}`", ROOT) == [lie], lie
    assert weak_rows(security.replace("| 7 |", "| 77 |")) != weak_rows(security)
    tests_of_4 = rows(security)["4"][4]
    assert "row 4 names no test" in weak_rows(security.replace(tests_of_4, "–"))


def main():
    security = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    dialogues = (ROOT / "tests/dialogues/README.md").read_text(encoding="utf-8")
    check_itself(security)
    complaints = weak_rows(security)
    for name, text in (("docs/security.md", security), ("tests/dialogues/README.md", dialogues)):
        complaints += [f"{name} names {reference}, which is not there" for reference in missing(text, ROOT)]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
