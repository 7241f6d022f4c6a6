"""A letter written in the real window, with keys and mouse, sent through a real Postfix.

The window is on a display of its own (Xvfb, with a window manager). POSTRIDER_PICTURE=FILE keeps a picture of the main
window at the end: the one in the README is made so.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

from peers import PASSWORD, Postfix, USER, why_unavailable
from program import Home, program

TOOLS = ("Xvfb", "openbox", "xdotool", "xprop", "import")


class Display:
    """An X server and a window manager that end with the test."""

    def __enter__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[write], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        self.environment = dict(os.environ, DISPLAY=f":{number}")
        self.manager = subprocess.Popen(["openbox"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # A window that comes before the manager is never made the active one.
        for _ in range(100):
            managed = subprocess.run(
                ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], env=self.environment, capture_output=True, text=True
            )
            if "0x" in managed.stdout:
                break
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        for process in (self.manager, self.server):
            process.send_signal(signal.SIGTERM)
            process.wait(10)

    def do(self, *arguments):
        return subprocess.run(["xdotool", *arguments], env=self.environment, capture_output=True, text=True, timeout=30)

    def keys(self, *names):
        for name in names:
            self.do("key", "--delay", "30", name)
            time.sleep(0.15)

    def text(self, text):
        for number, line in enumerate(text.split("\n")):
            if number:
                self.keys("Return")
            if line:
                self.do("type", "--delay", "12", line)
        time.sleep(0.15)

    def wait_for_window(self, title, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.do("getactivewindow", "getwindowname").stdout.strip().startswith(title):
                time.sleep(0.5)
                return True
            time.sleep(0.2)
        return False

    def picture(self, path):
        window = self.do("getactivewindow").stdout.strip()
        subprocess.run(["import", "-window", window, path], env=self.environment, check=True, timeout=30)


class Window(unittest.TestCase):
    def test_a_letter_by_keys_and_mouse_arrives(self):
        home = Home()
        self.addCleanup(home.close)
        with Postfix() as server, Display() as display:
            home.file("secret", PASSWORD + "\n")
            added = home.run(
                "account", "add", "work", "--host", server.host, "--port", server.port, "--security", "starttls",
                "--user", USER, "--password-command", f"cat {home.outside}/secret",
                "--from", "Ada Lovelace <ada@example.org>", "--ca-file", server.ca_file,
            )  # fmt: skip
            self.assertEqual(0, added.code, str(added))
            if os.environ.get("POSTRIDER_PICTURE"):
                for subject, to in (("Invoice 2026-118", "acounts@example.org"), ("Agenda for Tuesday", "ada@example.org")):
                    home.run("send", "--to", to, "--subject", subject, "--text", "-", input="Hello.\n")
                server.empty()
            home.environment.update(DISPLAY=display.environment["DISPLAY"], QT_QPA_PLATFORM="xcb")
            window = home.start()
            self.addCleanup(self.end, window)
            if not display.wait_for_window("Postrider"):
                window.kill()
                self.fail(f"the main window did not come\n{window.communicate()[1].decode()}")

            display.keys("ctrl+n")
            self.assertTrue(self.composer_came(display), "the composer did not come")
            display.keys("alt+t")
            display.text("ada@example.org, bob@example.org, nobody@example.org")
            display.keys("alt+u")
            display.text("Minutes of May")
            display.keys("Tab")
            display.text("Dear all,\n\nhere is what we agreed on.\n.a line with a dot in front\n\nAda\n")
            display.keys("ctrl+Return")

            found = server.wait_for("ada", 1, timeout=60)
            self.assertEqual(1, len(found), f"nothing arrived\n{server.log()}")
            self.assertEqual(1, len(server.wait_for("bob", 1, timeout=20)))
            self.assertIn(b"Subject: Minutes of May", found[0])
            self.assertIn(b"\n.a line with a dot in front", found[0].replace(b"=2E", b"."))

            self.assertTrue(display.wait_for_window("Postrider"), "the composer stayed")
            message = self.settled(home)
            self.assertEqual("partly-sent", message["state"])
            states = {each["address"]: each["state"] for each in message["recipients"]}
            self.assertEqual(
                {"ada@example.org": "accepted", "bob@example.org": "accepted", "nobody@example.org": "refused"}, states
            )
            if os.environ.get("POSTRIDER_PICTURE"):
                self.show(display)
            display.keys("ctrl+q")
            self.assertEqual(0, window.wait(30))

    @staticmethod
    def end(window):
        if window.poll() is None:
            window.kill()
            window.wait()
        for stream in (window.stdout, window.stderr):
            if stream:
                stream.close()

    @staticmethod
    def composer_came(display):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            name = display.do("getactivewindow", "getwindowname").stdout.strip()
            if name and not name.startswith("Postrider"):
                time.sleep(0.5)
                return True
            time.sleep(0.2)
        return False

    @staticmethod
    def settled(home):
        for _ in range(100):
            listed = json.loads(home.run("outbox", "list", "--json").out)
            if listed and listed[0]["state"] not in ("queued", "sending"):
                return json.loads(home.run("outbox", "show", listed[0]["id"], "--json").out)
            time.sleep(0.2)
        raise AssertionError("no outcome")

    @staticmethod
    def show(display):
        """Failed folder, first message, the line of its transcript that decided."""
        window = display.do("getactivewindow").stdout.strip()
        display.do("windowmove", window, "0", "0")
        display.do("windowsize", window, "1240", "760")
        display.keys("ctrl+3", "F6", "Home")
        time.sleep(1)
        display.keys("alt+l")
        time.sleep(1)
        display.picture(os.environ["POSTRIDER_PICTURE"])


if __name__ == "__main__":
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    why = why_unavailable() or (f"{', '.join(missing)} not installed" if missing else None)
    if why:
        print(f"skipped: {why}")
        sys.exit(77)
    program()
    unittest.main(verbosity=2)
