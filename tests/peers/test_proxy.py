"""The command line through a proxy that is not ours: a SOCKS5 and an HTTP one, each a page of Python on loopback.

They connect to 127.0.0.1 whatever name they are asked for, so that the server can have one no resolver knows.
Run by ctest with POSTRIDER set; needs nothing else.
"""

import base64
import hashlib
import socket
import ssl
import threading
import unittest
from pathlib import Path

from program import CONFIGURATION, OK, SIGN_IN, TEMPORARY, USAGE, Home, Practice

PASSWORD = "open-sesame-4711"


class Proxy:
    def __init__(self, kind, user=None, password=PASSWORD):
        self.kind, self.user, self.password = kind, user, password
        self.asked = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self, user=None):
        return f"{self.kind}://{user + '@' if user else ''}127.0.0.1:{self.port}"

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)  # accept() in the other thread would keep it listening
        self._socket.close()

    def end(self):
        if self._socket.fileno() >= 0:
            self.close()

    def _serve(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client):
        with client, client.makefile("rb") as lines:
            try:
                port, answer = (self._socks if self.kind == "socks5" else self._http)(client, lines)
                if port is None:
                    return
                with socket.create_connection(("127.0.0.1", port)) as server:
                    client.sendall(answer)
                    back = threading.Thread(target=self._pass_on, args=(server, client), daemon=True)
                    back.start()
                    self._pass_on(lines.raw, server)
                    back.join()
            except OSError:
                pass

    @staticmethod
    def _pass_on(source, sink):
        read = source.recv if isinstance(source, socket.socket) else source.read
        try:
            while chunk := read(65536):
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _socks(self, client, lines):
        methods = lines.read(lines.read(2)[1])
        method = 2 if self.user else 0
        client.sendall(bytes([5, method if method in methods else 0xFF]))
        if method not in methods:
            return None, None
        if self.user:
            name = lines.read(lines.read(2)[1]).decode()
            password = lines.read(lines.read(1)[0]).decode()
            right = (name, password) == (self.user, self.password)
            client.sendall(bytes([1, 0 if right else 1]))
            if not right:
                return None, None
        kind = lines.read(4)[3]
        host = lines.read(lines.read(1)[0]).decode() if kind == 3 else "an address"
        if kind != 3:
            lines.read(4 if kind == 1 else 16)
        port = int.from_bytes(lines.read(2), "big")
        self.asked.append(f"{host}:{port}")
        return port, bytes([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])

    def _http(self, client, lines):
        while True:
            head = []
            while (line := lines.readline().strip()) != b"":
                head.append(line.decode())
            if not head:
                return None, None
            given = [line.split()[-1] for line in head if line.lower().startswith("proxy-authorization:")]
            wanted = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            if not self.user or given == [wanted]:
                break
            client.sendall(
                b'HTTP/1.1 407 Sign in\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'
            )
        target = head[0].split()[1]
        self.asked.append(target)
        return int(target.rsplit(":", 1)[1]), b"HTTP/1.1 200 OK\r\n\r\n"


class ThroughAProxy(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.close)
        self.home.use_vault()

    def proxy(self, *arguments):
        proxy = Proxy(*arguments)
        self.addCleanup(proxy.end)
        return proxy

    def add(self, server, url, *more, input=""):
        der = ssl.PEM_cert_to_DER_cert(Path(server.ca_file).read_text())
        return self.home.run(
            "account", "add", "work", "--host", "mail.invalid", "--port", server.port, "--security", "starttls",
            "--user", "practice", "--password-command", "echo practice", "--from", "ada@example.org",
            "--trust", hashlib.sha256(der).hexdigest(), "--proxy", url, *more, input=input,
        )  # fmt: skip

    def send(self):
        return self.home.run("send", "--to", "bob@example.org", "--subject", "x", "--text", "-", input="Hello.\n")

    def test_a_letter_goes_through(self):
        with Practice("accept-all") as server:
            for kind in ("socks5", "http"):
                with self.subTest(kind):
                    proxy = self.proxy(kind)
                    self.assertEqual(OK, self.add(server, proxy.url()).code)
                    answer = self.send()
                    self.assertEqual(OK, answer.code, str(answer))
                    self.assertEqual([f"mail.invalid:{server.port}"], proxy.asked)
                    self.assertIn(proxy.url(), self.home.run("account", "show", "work").out)
                    self.home.run("account", "remove", "work")

    def test_signs_in_and_leaves_no_trace_of_the_password(self):
        with Practice("accept-all") as server:
            for kind in ("socks5", "http"):
                with self.subTest(kind):
                    proxy = self.proxy(kind, "ada")
                    added = self.add(server, proxy.url("ada"), "--proxy-password-stdin", input=PASSWORD + "\n")
                    self.assertEqual(OK, added.code, str(added))
                    tested = self.home.run("account", "test", "work", "--json")
                    self.assertEqual(OK, tested.code, str(tested))
                    answer = self.send()
                    self.assertEqual(OK, answer.code, str(answer))
                    self.assertNotIn(PASSWORD, tested.out + tested.err + answer.out + answer.err)
                    for file in self.home.path.rglob("*"):
                        if file.is_file():
                            self.assertNotIn(PASSWORD.encode(), file.read_bytes(), str(file))
                    self.home.run("account", "remove", "work")

    def test_a_wrong_password_is_the_proxys(self):
        with Practice("accept-all") as server:
            for kind in ("socks5", "http"):
                with self.subTest(kind):
                    proxy = self.proxy(kind, "ada")
                    self.add(server, proxy.url("ada"), "--proxy-password-stdin", input="a guess\n")
                    answer = self.send()
                    self.assertEqual(SIGN_IN, answer.code, str(answer))
                    self.assertIn("proxy", answer.err)
                    self.assertEqual([], proxy.asked)
                    self.home.run("account", "remove", "work")

    def test_nothing_goes_around_a_proxy_that_is_away(self):
        with Practice("accept-all") as server:
            proxy = self.proxy("socks5")
            self.assertEqual(OK, self.add(server, proxy.url()).code)
            proxy.close()
            answer = self.send()
            self.assertEqual(TEMPORARY, answer.code, str(answer))
            self.assertIn("proxy", answer.err)

    def test_what_no_account_can_have(self):
        add = (
            "account", "add", "x", "--host", "mail.invalid", "--security", "tls", "--from", "ada@example.org",
        )  # fmt: skip
        for code, more in (
            (CONFIGURATION, ("--proxy", f"socks5://ada:{PASSWORD}@127.0.0.1:1080")),
            (CONFIGURATION, ("--proxy", "ftp://127.0.0.1:21")),
            (CONFIGURATION, ("--proxy", "socks5://127.0.0.1")),
            (CONFIGURATION, ("--pin", "no pin")),
            (CONFIGURATION, ("--client-key", "ada.key")),
            (CONFIGURATION, ("--trust", "a" * 64, "--trust-errors", "no-such-error")),
            (USAGE, ("--trust-errors", "certificate-expired")),
            (USAGE, ("--proxy", "socks5://127.0.0.1:1080", "--proxy-password-stdin")),
            (USAGE, ("--proxy", "socks5://ada@127.0.0.1:1080")),
        ):
            with self.subTest(" ".join(more)):
                answer = self.home.run(*add, *more)
                self.assertEqual(code, answer.code, str(answer))
                self.assertNotIn(PASSWORD, answer.out + answer.err)
        self.assertEqual([], self.home.run("account", "list", "--json").json)


if __name__ == "__main__":
    unittest.main(verbosity=2)
