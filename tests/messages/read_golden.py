#!/usr/bin/python3
"""Reads every golden message with Python's own parser, at its strictest, and compares it with the draft it was made from.

Our writer, somebody else's reader: what is in the draft must come out of the message, to the last octet.
"""

import base64
import json
import sys
import unittest
from email import message_from_bytes, policy
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
STRICT = policy.SMTP.clone(raise_on_defect=True)


def random_octets(count):
    """The generator the test that writes the messages uses: xorshift32, begun with 1."""
    state, out = 1, bytearray()
    for _ in range(count):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        out.append(state & 0xFF)
    return bytes(out)


def octets_of(attachment):
    if "base64" in attachment:
        return base64.b64decode(attachment["base64"])
    if "zeros" in attachment:
        return bytes(attachment["zeros"])
    if "random" in attachment:
        return random_octets(attachment["random"])
    return attachment["text"].encode()


def text_of(draft):
    if "text_expected" in draft:
        return draft["text_expected"]
    text = draft["text"].replace("\r\n", "\n").replace("\r", "\n")
    return text if not text or text.endswith("\n") else text + "\n"


def octets_as_text(part):
    """The decoded octets as UTF-8: get_content() would let splitlines() have its way with other line ends."""
    return part.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")


def mailboxes(message, field):
    header = message[field]
    return [[address.display_name, address.addr_spec] for address in header.addresses] if header else []


class GoldenMessages(unittest.TestCase):
    maxDiff = 2000

    def each(self, check):
        drafts = sorted(GOLDEN.glob("*.draft.json"))
        self.assertGreaterEqual(len(drafts), 12)
        for path in drafts:
            with self.subTest(path.name):
                draft = json.loads(path.read_text(encoding="utf-8"))
                check(draft, (GOLDEN / path.name.replace(".draft.json", ".eml")).read_bytes())

    def test_the_octets_keep_to_the_rules(self):
        self.each(self.the_octets_keep_to_the_rules)

    def the_octets_keep_to_the_rules(self, _draft, raw):
        self.assertTrue(all(octet < 128 for octet in raw), "an octet over 127")
        self.assertNotIn(0, raw)
        self.assertEqual(raw.count(b"\r"), raw.count(b"\r\n"))
        self.assertEqual(raw.count(b"\n"), raw.count(b"\r\n"))
        self.assertTrue(raw.endswith(b"\r\n"))
        for line in raw.split(b"\r\n"):
            self.assertLessEqual(len(line), 998)

    def test_the_header_says_what_the_draft_says(self):
        self.each(self.the_header_says_what_the_draft_says)

    def the_header_says_what_the_draft_says(self, draft, raw):
        message = message_from_bytes(raw, policy=STRICT)
        self.assertEqual(message.defects, [])
        self.assertEqual(message["Subject"], draft.get("subject_expected", draft["subject"]))
        for field in ("from", "to", "cc"):
            self.assertEqual(mailboxes(message, field), draft["expect"][field], field)
        self.assertNotIn("bcc", message)
        self.assertEqual(message["Date"].datetime.isoformat(), "2026-11-21T18:00:00+01:00")
        self.assertRegex(str(message["Message-ID"]), r"^<[0-9a-z]+@example\.org>$")
        self.assertEqual(message["MIME-Version"], "1.0")
        for name in {name for name, _ in draft.get("headers", [])}:
            self.assertEqual(
                [str(value) for value in message.get_all(name)],
                [value for other, value in draft["headers"] if other == name],
            )
        for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"):
            self.assertLessEqual(len(message.get_all(name, [])), 1, name)

    def test_the_text_comes_out(self):
        self.each(self.the_text_comes_out)

    def the_text_comes_out(self, draft, raw):
        message = message_from_bytes(raw, policy=STRICT)
        part = message.get_body(("plain",))
        self.assertEqual(part.get_content_type(), "text/plain")
        self.assertEqual(part.get_content_charset(), "utf-8")
        self.assertEqual(octets_as_text(part), text_of(draft))
        self.assertEqual(message.is_multipart(), bool(draft.get("attachments")))

    def test_the_attachments_come_out(self):
        self.each(self.the_attachments_come_out)

    def the_attachments_come_out(self, draft, raw):
        message = message_from_bytes(raw, policy=STRICT)
        parts = list(message.iter_attachments()) if message.is_multipart() else []
        expected = draft.get("attachments", [])
        self.assertEqual([part.get_filename() for part in parts], [each["name"] for each in expected])
        for part, each in zip(parts, expected):
            self.assertEqual(part.get_content_disposition(), "attachment")
            self.assertEqual(part.defects, [])
            self.assertEqual(part.get_payload(decode=True), octets_of(each), each["name"])


if __name__ == "__main__":
    sys.exit(unittest.main())
