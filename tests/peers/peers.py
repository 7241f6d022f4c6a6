"""A real Postfix with a real Dovecot behind it for sign-in, or before it as submission server; private to one test run.

Everything lives in one temporary folder: configuration, queue, data, certificates, mailboxes, log. The servers listen
on 127.0.0.1 only, on ports that were free, and Postfix has no SMTP client configured, so nothing can leave the machine.

The servers need root (Postfix changes users). They are therefore started by a helper process, this file called with
"--serve", directly or through `sudo -n`. The helper takes everything down when its standard input ends, which also
happens when the test that started it is killed: no server outlives its test.

    with Postfix() as server:
        …connect to server.port with server.user, server.password, server.ca_file…
        [message] = server.wait_for("ada", 1)

`peers.py selfcheck`, by hand, sends through the servers with Python's own SMTP client. Standard library only.
"""

import base64
import ctypes
import grp
import hashlib
import hmac
import json
import os
import pwd
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DOMAIN = "example.org"
USER = "ada@example.org"
# Everything that quoting, encodings and file formats like to trip over.
PASSWORD = "p:ä %s$HOME\\n\"q'=€;# kestrel4711canary"
# Mailbox → folder. Anybody else at example.org is unknown, any other domain is denied.
MAILBOXES = {"ada": "ada", "bob": "bob", "carol": "carol", "dora": "dora", "jürgen": "juergen"}
READERS = [f"reader{number}" for number in range(12)]
MAILBOXES |= {reader: reader for reader in READERS}
SIZE_LIMIT = 20_000_000
# Of the port that takes little.
SMALL_SIZE_LIMIT = 50_000
SMALL_RECIPIENT_LIMIT = 5
# Who issues Dovecot's access tokens, and with what it signs them.
ISSUER = "https://login.example.org"
TOKEN_KEY = b"a key that signs access tokens in these tests"

_STARTUP_SECONDS = 30


class Unavailable(Exception):
    """The servers cannot be started on this machine; the words say why."""


# What the tests see ---------------------------------------------------------------------------------------------------


class Postfix:
    """Starts the servers on entry and stops them on exit.

    port            STARTTLS, and nothing but EHLO and QUIT before it
    tls_port        TLS from the start
    misnamed_port   STARTTLS with a certificate of the right authority for another host
    small_port      STARTTLS, SMALL_SIZE_LIMIT octets and SMALL_RECIPIENT_LIMIT recipients a message
    ca_file         the authority that signed the certificates
    wrong_ca_file   an authority that signed none of them

    With submission=True Dovecot is a submission server as well, which hands on to this Postfix:

    submission_port, submissions_port   STARTTLS, and TLS from the start
    client_certificate, client_key      of USER
    stranger_certificate, stranger_key  of USER, they say, but by another authority

    With introspection=URL it believes of an access token what is said about it there (RFC 7662), and no signature.

    With lmtp=True Dovecot delivers into the same mailboxes instead:

    lmtp_port       LMTP (RFC 2033), STARTTLS is offered; the mailbox "full" is over its quota, "broken" cannot be opened
    """

    host = "127.0.0.1"
    user = USER
    password = PASSWORD
    domain = DOMAIN
    size_limit = SIZE_LIMIT

    def __init__(self, submission=False, introspection=None, lmtp=False):
        self._wanted = {"submission": submission, "introspection": introspection, "lmtp": lmtp}
        self._helper = None

    def __enter__(self):
        reason = why_unavailable(self._wanted["submission"], self._wanted["lmtp"])
        if reason:
            raise Unavailable(reason)
        command = [sys.executable, os.path.abspath(__file__), "--serve", str(os.getuid())]
        command += [json.dumps(self._wanted)]
        if os.geteuid() != 0:
            command = ["sudo", "-n"] + command
        # A session of its own: a signal to the test's process group must not hit the one that has to clean up.
        self._helper = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        try:
            ready, _, _ = select.select([self._helper.stdout], [], [], _STARTUP_SECONDS + 10)
            line = self._helper.stdout.readline() if ready else b""
            answer = json.loads(line) if line else {"error": "the helper process said nothing"}
            if "error" in answer:
                raise RuntimeError("Postfix and Dovecot did not start: " + answer["error"])
            self.folder = Path(answer["folder"])
            ports = answer["ports"]
            self.port, self.tls_port, self.misnamed_port = ports["starttls"], ports["tls"], ports["misnamed"]
            self.small_port = ports["small"]
            self.submission_port, self.submissions_port = ports.get("submission"), ports.get("submissions")
            self.lmtp_port = ports.get("lmtp")
        except BaseException:
            self._stop()
            raise
        self.ca_file = str(self.folder / "tls/ca.pem")
        self.wrong_ca_file = str(self.folder / "tls/other-ca.pem")
        self.client_certificate, self.client_key = self._certificate("client")
        self.stranger_certificate, self.stranger_key = self._certificate("stranger")
        return self

    def _certificate(self, name):
        return str(self.folder / f"tls/{name}.crt"), str(self.folder / f"tls/{name}.key")

    def __exit__(self, *_):
        self._stop()

    def _stop(self):
        if self._helper is None:
            return
        self._helper.stdin.close()
        self._helper.stdout.close()
        self._helper.wait(timeout=30)
        self._helper = None

    def _new_mail(self, mailbox):
        return self.folder / "mail" / MAILBOXES[mailbox] / "new"

    def messages(self, mailbox):
        """What has arrived, oldest first, as Postfix wrote it: trace header fields on top, line ends LF."""
        folder = self._new_mail(mailbox)
        if not folder.is_dir():
            return []
        return [p.read_bytes() for p in sorted(folder.iterdir(), key=lambda p: p.stat().st_mtime_ns)]

    def wait_for(self, mailbox, count, timeout=20):
        deadline = time.monotonic() + timeout
        while True:
            found = self.messages(mailbox)
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{len(found)} of {count} messages arrived for {mailbox} in {timeout} s.\n{self.log()}"
                )
            time.sleep(0.05)

    def empty(self):
        """Forgets all mail, so that the next test counts from nothing."""
        for mailbox in MAILBOXES:
            folder = self._new_mail(mailbox)
            if folder.is_dir():
                for path in folder.iterdir():
                    path.unlink()

    def is_idle(self):
        """True when the queue holds nothing that could still arrive."""
        queue = self.folder / "postfix/queue"
        listing = subprocess.run(
            (["sudo", "-n"] if os.geteuid() != 0 else [])
            + ["find"]
            + [str(queue / name) for name in ("incoming", "active", "deferred", "maildrop")]
            + ["-type", "f"],
            stdout=subprocess.PIPE,
            check=True,
        )
        return not listing.stdout

    def wait_until_idle(self, timeout=20):
        deadline = time.monotonic() + timeout
        while not self.is_idle():
            if time.monotonic() > deadline:
                raise AssertionError(f"Postfix still holds mail after {timeout} s.\n{self.log()}")
            time.sleep(0.05)

    def log(self, lines=60):
        """The end of both servers' logs, for the words of a failure."""
        text = []
        for name in ("postfix.log", "dovecot.log"):
            path = self.folder / name
            if path.exists():
                kept = path.read_text(errors="replace").splitlines()[-lines:]
                text.append(f"--- {name}\n" + "\n".join(kept))
        return "\n".join(text)


def without_trace(message):
    """A delivered message without the header fields that delivery put on top of it."""
    while True:
        name, colon, _ = message.partition(b":")
        if not colon or name.lower() not in (b"return-path", b"x-original-to", b"delivered-to", b"received"):
            return message
        end = message.index(b"\n")
        while message[end + 1 : end + 2] in (b" ", b"\t"):
            end = message.index(b"\n", end + 1)
        message = message[end + 1 :]


def access_token(user=USER, lifetime=3600, key=TOKEN_KEY, issuer=ISSUER):
    """A JSON Web Token as Dovecot validates it by itself (RFC 7519, HS256)."""

    def encoded(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b"=")

    now = int(time.time())
    claims = {"iss": issuer, "sub": user, "iat": now - 10, "exp": now + lifetime}
    parts = [encoded(json.dumps(each).encode()) for each in ({"typ": "JWT", "alg": "HS256"}, claims)]
    parts.append(encoded(hmac.digest(key, b".".join(parts), "sha256")))
    return b".".join(parts).decode()


def why_unavailable(submission=False, lmtp=False):
    """A sentence when the servers cannot be started here, otherwise None."""
    if not _postfix_master() or not Path("/usr/sbin/dovecot").exists():
        return "Postfix and Dovecot are not installed (Debian's packages postfix and dovecot-core)."
    if submission and not Path("/usr/lib/dovecot/submission-login").exists():
        return "Dovecot's submission server is not installed (Debian's package dovecot-submissiond)."
    if lmtp and not Path("/usr/lib/dovecot/lmtp").exists():
        return "Dovecot's LMTP server is not installed (Debian's package dovecot-lmtpd)."
    if (submission or lmtp) and _dovecot_version() >= (2, 4):
        return "These tests write Dovecot's configuration as 2.3 wants it."
    if os.geteuid() != 0:
        allowed = shutil.which("sudo") and subprocess.run(
            ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if not allowed or allowed.returncode:
            return "Postfix has to be started by root; neither root nor `sudo` without a password is at hand."
    return None


# What the helper does, as root ----------------------------------------------------------------------------------------


def _postfix_master():
    for path in ("/usr/lib/postfix/sbin/master", "/usr/libexec/postfix/master"):
        if os.path.exists(path):
            return path
    return None


def _write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError("openssl: " + done.stderr)


def _authority(folder, name, words):
    _openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 30,
        "-subj", f"/O=Postrider tests/CN={words}",
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem",
    )  # fmt: skip
    (folder / f"{name}.pem").chmod(0o644)


def _certificate(folder, name, authority, usage, alternative_names, common_name=None):
    """Writes NAME.key, NAME.crt, and NAME.chain: both in one file, as Postfix likes them."""
    request, key, chain = folder / f"{name}.csr", folder / f"{name}.key", folder / f"{name}.chain"
    _write(
        folder / f"{name}.ext",
        f"basicConstraints=CA:FALSE\nextendedKeyUsage={usage}\nsubjectAltName={alternative_names}\n",
    )
    _openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-subj", f"/O=Postrider tests/CN={common_name or name}", "-keyout", key, "-out", request,
    )  # fmt: skip
    _openssl(
        "x509", "-req", "-in", request, "-days", 30, "-CA", folder / f"{authority}.pem",
        "-CAkey", folder / f"{authority}.key", "-CAcreateserial", "-extfile", folder / f"{name}.ext",
        "-out", folder / f"{name}.crt",
    )  # fmt: skip
    _write(chain, key.read_text() + (folder / f"{name}.crt").read_text(), 0o600)


def _make_certificates(folder):
    folder.mkdir()
    _authority(folder, "ca", "The authority of this test run")
    _authority(folder, "other-ca", "Another authority")
    _certificate(folder, "server", "ca", "serverAuth", "DNS:localhost,IP:127.0.0.1")
    _certificate(folder, "misnamed", "ca", "serverAuth", "DNS:mail.elsewhere.example")


def _make_client_certificates(folder, owner):
    for name, authority in (("client", "ca"), ("stranger", "other-ca")):
        _certificate(folder, name, authority, "clientAuth", f"email:{USER}", USER)
        os.chown(folder / f"{name}.key", owner, -1)


def _free_ports(names):
    sockets = {name: socket.socket() for name in names}
    try:
        for each in sockets.values():
            each.bind(("127.0.0.1", 0))
        return {name: each.getsockname()[1] for name, each in sockets.items()}
    finally:
        for each in sockets.values():
            each.close()


def _dovecot_version():
    version = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True).stdout.strip()
    return tuple(int(part) for part in version.split()[0].split(".")[:2])


def _scram_sha_256(password, rounds=4096):
    """What a server keeps of a password (RFC 5802), in Dovecot's notation."""
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    kept = (base64.b64encode(each).decode() for each in (salt, stored, hmac.digest(salted, b"Server Key", "sha256")))
    return f"{{SCRAM-SHA-256}}{rounds}," + ",".join(kept)


def _configure_lmtp(folder, ports, mail_owner):
    """Dovecot 2.3 as the server that delivers; returns what makes it one."""
    users = {name: "userdb_quota_rule=*:bytes=1G" for name in MAILBOXES.values()} | {"full": "userdb_quota_rule=*:bytes=1"}
    owner = f"{mail_owner.pw_uid}:{mail_owner.pw_gid}"
    _write(
        folder / "dovecot/mailboxes",
        "".join(f"{name}@{DOMAIN}::{owner}::{folder}/mail/{name}::{extra}\n" for name, extra in users.items())
        # A file, where its folder should be.
        + f"broken@{DOMAIN}::{owner}::{folder}/dovecot/mailboxes::\n",
    )
    return f"""
protocols = lmtp
hostname = mail.{DOMAIN}
ssl = yes
ssl_cert = <{folder}/tls/server.crt
ssl_key = <{folder}/tls/server.key
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/dovecot/mailboxes
}}
passdb {{
  driver = passwd-file
  args = username_format=%u {folder}/dovecot/users
}}
first_valid_uid = 100
mail_location = maildir:~/
mail_plugins = quota
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_grace = 0
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {ports["lmtp"]}
  }}
}}
"""


def _configure_submission(folder, ports, mail_owner, introspection):
    """Dovecot 2.3 as a submission server; returns what makes it one."""
    believed = (
        f"introspection_mode = post\nintrospection_url = {introspection}\n"
        "username_attribute = sub\nactive_attribute = active\nactive_value = true\n"
        if introspection
        else f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={folder}/dovecot/keys/\n"
        f"username_attribute = sub\nissuers = {ISSUER}\n"
    )
    for path, text in (
        ("hashed", f"{USER}:{_scram_sha_256(PASSWORD)}::::::\n"),
        ("certified", f"{USER}:::::::nopassword\n"),
        ("keys/default/HS256/default", base64.b64encode(TOKEN_KEY).decode()),
        ("oauth2.conf", believed),
    ):
        _write(folder / "dovecot" / path, text)
    home = folder / "home"
    home.mkdir()
    os.chown(home, mail_owner.pw_uid, mail_owner.pw_gid)
    return f"""
protocols = submission
hostname = mail.{DOMAIN}
ssl = required
ssl_cert = <{folder}/tls/server.crt
ssl_key = <{folder}/tls/server.key
ssl_ca = <{folder}/tls/ca.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
auth_ssl_username_from_cert = yes
auth_mechanisms = plain login scram-sha-256 oauthbearer xoauth2 external
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {folder}/dovecot/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = external
  args = username_format=%u {folder}/dovecot/certified
}}
# Only what SCRAM needs: no password lies here.
passdb {{
  driver = passwd-file
  mechanisms = plain login scram-sha-256
  args = username_format=%u {folder}/dovecot/hashed
}}
userdb {{
  driver = static
  args = uid={mail_owner.pw_uid} gid={mail_owner.pw_gid} home={home}
}}
first_valid_uid = 100
mail_location = maildir:{home}/mail
submission_relay_host = 127.0.0.1
submission_relay_port = {ports["relay"]}
service submission-login {{
  inet_listener submission {{
    address = 127.0.0.1
    port = {ports["submission"]}
  }}
  inet_listener submissions {{
    address = 127.0.0.1
    port = {ports["submissions"]}
    ssl = yes
  }}
}}
"""


def _configure_dovecot(folder, more=None):
    encoded = base64.b64encode(PASSWORD.encode()).decode()
    _write(folder / "dovecot/users", f"{USER}:{{PLAIN.b64}}{encoded}::::::\n", 0o640)
    shutil.chown(folder / "dovecot/users", group="dovecot")
    modern = _dovecot_version() >= (2, 4)
    plain = (
        "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\nauth_allow_cleartext = yes\n"
        f"passdb passwd-file {{\n  passwd_file_path = {folder}/dovecot/users\n}}\n"
        if modern
        else "disable_plaintext_auth = no\n"
        f"passdb {{\n  driver = passwd-file\n  args = username_format=%u {folder}/dovecot/users\n}}\n"
        "userdb {\n  driver = static\n  args = uid=nobody gid=nogroup home=/nonexistent\n}\n"
    ) + "protocols =\nssl = no\nauth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256\n"
    _write(
        folder / "dovecot/dovecot.conf",
        f"""{more or plain}
base_dir = {folder}/dovecot/run
state_dir = {folder}/dovecot/state
log_path = {folder}/dovecot.log
auth_verbose = yes
# A refused sign-in is answered at once; the default makes guessing slow, and tests too.
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {folder}/postfix/queue/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
""",
    )


def _configure_postfix(folder, ports, mail_owner, submission):
    configuration = folder / "postfix/etc"
    queue = folder / "postfix/queue"
    postfix_user, postdrop = pwd.getpwnam("postfix"), grp.getgrnam("postdrop")

    queue.mkdir(parents=True)
    # What postfix(1) would create, with the same owners and modes.
    private = "active bounce corrupt defer deferred flush hold incoming private saved trace".split()
    for name, mode, uid, gid in [
        *((name, 0o700, postfix_user.pw_uid, 0) for name in private),
        ("maildrop", 0o730, postfix_user.pw_uid, postdrop.gr_gid),
        ("public", 0o710, postfix_user.pw_uid, postdrop.gr_gid),
        ("pid", 0o755, 0, 0),
    ]:
        (queue / name).mkdir()
        os.chown(queue / name, uid, gid)
        (queue / name).chmod(mode)
    data = folder / "postfix/data"
    data.mkdir(mode=0o700)
    os.chown(data, postfix_user.pw_uid, postfix_user.pw_gid)

    mail = folder / "mail"
    mail.mkdir()
    os.chown(mail, mail_owner.pw_uid, mail_owner.pw_gid)
    _write(
        configuration / "mailboxes",
        "".join(f"{mailbox}@{DOMAIN} {name}/\n" for mailbox, name in MAILBOXES.items()),
    )
    _write(folder / "postfix.log", "")
    os.chown(folder / "postfix.log", postfix_user.pw_uid, postfix_user.pw_gid)

    _write(
        configuration / "main.cf",
        f"""compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = {os.path.dirname(_postfix_master())}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{DOMAIN}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtputf8_enable = yes
message_size_limit = {SIZE_LIMIT}
mailbox_size_limit = 0
virtual_mailbox_limit = 0

# Deliver into folders; there is no SMTP client in master.cf, and no name is ever looked up.
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = {mail}
virtual_mailbox_maps = texthash:{configuration}/mailboxes
virtual_uid_maps = static:{mail_owner.pw_uid}
virtual_gid_maps = static:{mail_owner.pw_gid}
virtual_minimum_uid = 100
virtual_transport = virtual
local_transport = error:no local delivery
default_transport = error:this server relays nothing
relay_transport = error:this server relays nothing
disable_dns_lookups = yes
smtpd_peername_lookup = no

# Only with TLS and a password, only to mailboxes that exist.
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {folder}/tls/server.chain
smtpd_tls_loglevel = 1
tls_random_source = dev:/dev/urandom
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_tls_auth_only = yes
smtpd_sender_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_recipient_restrictions = permit_auth_destination, reject
unknown_virtual_mailbox_reject_code = 550

# As strict as it can be made about what a client says.
smtpd_helo_required = yes
strict_rfc821_envelopes = yes
strict_smtputf8 = yes
smtpd_forbid_bare_newline = reject
smtpd_forbid_bare_newline_exclusions =
smtpd_forbid_unauth_pipelining = yes

# Nothing in the message is touched: what a client should not have sent has to be seen.
local_header_rewrite_clients =
message_drop_headers =

# Tests connect often and fail often, and must not be slowed down for it.
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 100
smtpd_hard_error_limit = 200
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
in_flow_delay = 0
""",
    )
    relay = ""
    if submission:
        relay = f"""127.0.0.1:{ports["relay"]} inet n - n - - smtpd
  -o smtpd_tls_security_level=none
  -o smtpd_sasl_auth_enable=no
  -o smtpd_sender_restrictions=permit_mynetworks,reject
"""
    _write(
        configuration / "master.cf",
        f"""127.0.0.1:{ports["starttls"]} inet n - n - - smtpd
127.0.0.1:{ports["tls"]} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
127.0.0.1:{ports["misnamed"]} inet n - n - - smtpd
  -o smtpd_tls_chain_files={folder}/tls/misnamed.chain
127.0.0.1:{ports["small"]} inet n - n - - smtpd
  -o message_size_limit={SMALL_SIZE_LIMIT}
  -o smtpd_recipient_limit={SMALL_RECIPIENT_LIMIT}
  -o smtpd_recipient_overshoot_limit=2
{relay}cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
""",
    )
    return configuration


def _wait_for_servers(folder, ports, processes):
    deadline = time.monotonic() + _STARTUP_SECONDS
    waiting = list(ports)
    while True:
        for process in processes:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args[0]} ended with {process.returncode}\n{_logs(folder)}")
        try:
            while waiting:
                with socket.create_connection(("127.0.0.1", waiting[0]), timeout=1):
                    waiting.pop(0)
            if (folder / "postfix/queue/private/auth").exists():
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"no answer in {_STARTUP_SECONDS} s\n{_logs(folder)}")
        time.sleep(0.05)


def _logs(folder):
    return "\n".join(
        path.read_text(errors="replace") for path in (folder / "postfix.log", folder / "dovecot.log") if path.exists()
    )


def _adopt_orphans():
    """Processes whose parent dies become this one's children, so that it can see the last of them go."""
    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _stop_all(processes):
    """Ends the servers and everything they started. Each leads a process group of its own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                if os.waitpid(-1, os.WNOHANG) == (0, 0):
                    time.sleep(0.01)
            except ChildProcessError:
                return


def serve(uid, wanted):
    """Runs until standard input ends. Prints one line of JSON when ready, or when it cannot be."""
    # Stopping is the end of input, and nothing else: an interrupted helper would leave servers behind.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    _adopt_orphans()
    os.umask(0o022)
    mail_owner = pwd.getpwuid(uid) if uid >= 100 else pwd.getpwnam("nobody")
    # Sockets live below this folder and their paths have to be short, whatever TMPDIR says.
    folder = Path(tempfile.mkdtemp(prefix="postrider-peers-", dir="/tmp"))
    folder.chmod(0o755)
    processes = []
    try:
        try:
            names = ["starttls", "tls", "misnamed", "small"]
            submission, lmtp = wanted["submission"], wanted["lmtp"]
            names += ["relay", "submission", "submissions"] if submission else []
            ports = _free_ports(names + (["lmtp"] if lmtp else []))
            _make_certificates(folder / "tls")
            configuration = _configure_postfix(folder, ports, mail_owner, submission)
            more = None
            if submission:
                _make_client_certificates(folder / "tls", uid)
                more = _configure_submission(folder, ports, mail_owner, wanted["introspection"])
            _configure_dovecot(folder, _configure_lmtp(folder, ports, mail_owner) if lmtp else more)

            def as_servers_expect():
                # Both close every descriptor they could have, one by one, which takes seconds where a million may be.
                resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
                for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(name, signal.SIG_DFL)

            for command in (
                ["/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot/dovecot.conf")],
                [_postfix_master(), "-c", str(configuration)],
            ):
                processes.append(
                    subprocess.Popen(
                        command,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                        start_new_session=True,
                        preexec_fn=as_servers_expect,
                        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
                    )
                )
            _wait_for_servers(folder, ports.values(), processes)
            answer = {"folder": str(folder), "ports": ports}
        except Exception as error:  # whatever it was, the test has to say it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
        sys.stdin.buffer.read()
    except BrokenPipeError:
        pass
    finally:
        _stop_all(processes)
        shutil.rmtree(folder, ignore_errors=True)


# By hand ---------------------------------------------------------------------------------------------------------------


def selfcheck():
    import smtplib
    import ssl

    begun = time.monotonic()
    with Postfix() as server:
        print(f"started in {time.monotonic() - begun:.1f} s: {server.port} {server.tls_port} {server.misnamed_port}")
        trust = ssl.create_default_context(cafile=server.ca_file)
        message = "From: ada@example.org\r\nSubject: x\r\nBcc: bob@example.org\r\n\r\n.dot\r\nFrom me\r\n".encode()

        def session(port=server.port, context=trust):
            client = smtplib.SMTP("localhost", port, timeout=10)
            client.starttls(context=context)
            client.ehlo()
            return client

        def sign_in(client, password=server.password):
            # smtplib encodes passwords as ASCII only.
            secret = base64.b64encode(b"\0" + server.user.encode() + b"\0" + password.encode()).decode()
            return client.docmd("AUTH", "PLAIN " + secret)

        with smtplib.SMTP("localhost", server.port, timeout=10) as client:
            client.ehlo()
            code, _ = client.mail("ada@example.org")
            assert code == 530, code
            assert not client.has_extn("auth")
        with session() as client:
            print(client.ehlo_resp.decode().replace("\n", " "))
            code, _ = client.mail("ada@example.org")
            client.rset()
            assert sign_in(client, "wrong")[0] == 535
            assert sign_in(client)[0] == 235
            refused = client.sendmail(
                server.user,
                ["ada@example.org", "nobody.here@example.org", "bob@example.org", "x@elsewhere.example"],
                message,
            )
            print(refused)
            assert set(refused) == {"nobody.here@example.org", "x@elsewhere.example"}
            client.sendmail("ada@example.org", ["jürgen@example.org"], message, mail_options=["SMTPUTF8"])
        with smtplib.SMTP_SSL("localhost", server.tls_port, context=trust, timeout=10) as client:
            client.ehlo()
            assert sign_in(client)[0] == 235
            client.sendmail("ada@example.org", ["carol@example.org"], message)
        for port, authority in ((server.misnamed_port, server.ca_file), (server.port, server.wrong_ca_file)):
            try:
                session(port, ssl.create_default_context(cafile=authority))
                raise AssertionError("a wrong certificate was accepted")
            except ssl.SSLCertVerificationError as error:
                print(error.verify_message)
        for mailbox in ("ada", "bob", "carol", "jürgen"):
            found = server.wait_for(mailbox, 1)
            assert len(found) == 1, b"\n=====\n".join(found).decode() + server.log()
            [received] = found
            assert without_trace(received) == message.replace(b"\r\n", b"\n"), received
        server.wait_until_idle()
        print(received.decode())
        print(server.log(8))
        folder = server.folder
    assert not folder.exists()
    print(f"all done in {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]), json.loads(sys.argv[3]))
    elif sys.argv[1:] == ["selfcheck"]:
        selfcheck()
    else:
        sys.exit(__doc__)
