"""A private Dovecot on free loopback ports: Maildir in a temporary folder, plain IMAP and IMAP over TLS."""

import contextlib
import getpass
import grp
import os
import pwd
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import imapclient

from tests.support.certificates import Certificates, make_certificates

PASSWORD = "throw-away"
DOVECOT = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else None)
ABSENT = "Dovecot is not installed (Debian package dovecot-imapd)"

CONFIG = """\
protocols = imap
base_dir = {run}
state_dir = {run}
instance_name = {instance}
log_path = {folder}/log
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login_user}
default_client_limit = 400
default_process_limit = 100
mail_location = maildir:{folder}/mail/%u
mail_uid = {mail_user}
mail_gid = {mail_group}
first_valid_uid = 0
first_valid_gid = 0
disable_plaintext_auth = no
auth_mechanisms = plain login
ssl = yes
ssl_cert = <{certificates.server_chain}
ssl_key = <{certificates.server_key}
mail_max_userip_connections = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  process_min_avail = 1
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
{extra}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dovecot:
    """A running instance. Any user may log in with PASSWORD; each has a mailbox of its own."""

    folder: Path
    port: int
    tls_port: int
    certificates: Certificates
    config: Path

    def connect(self, user: str) -> imapclient.IMAPClient:
        """Return a second session, as a person's mail program has one."""
        client = imapclient.IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.login(user, PASSWORD)
        return client

    def maildir(self, user: str) -> Path:
        """Where the user's mails lie."""
        return self.folder / "mail" / user

    def fill(self, user: str, count: int) -> None:
        """Put so many small mails into the user's mailbox, as if they had come long ago."""
        folder = self.maildir(user) / "cur"
        owner = folder.stat()
        for number in range(count):
            file = folder / f"{1_600_000_000 + number}.M{number}P1.old:2,S"
            file.write_text(f"From: old@past.example\r\nMessage-ID: <{number}@past.example>\r\n\r\nhello\r\n")
            os.chown(file, owner.st_uid, owner.st_gid)

    def forget_indexes(self, user: str) -> None:
        """Delete what Dovecot knows about the mailbox; UIDVALIDITY changes and UIDs start anew."""
        for file in self.maildir(user).glob("dovecot*"):
            file.unlink()

    def kill(self) -> None:
        """End the server and all its sessions at once; `serving` starts it again."""
        sessions = self.busy_sessions()
        master = self.folder / "run" / "master.pid"
        for pid in (int(master.read_text()), *sessions):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        master.unlink()

    def busy_sessions(self) -> list[int]:
        """Return the process ids that serve somebody now."""
        who = subprocess.run(
            ["doveadm", "-c", str(self.config), "-f", "tab", "who", "-1"], capture_output=True, text=True, check=True
        ).stdout
        return [int(line.split("\t")[2]) for line in who.splitlines()[1:]]


@contextlib.contextmanager
def running_dovecot(extra: str = "", files: Mapping[str, str] = MappingProxyType({})) -> Iterator[Dovecot]:
    """Run an instance; `extra` is added to its configuration, `files` lie in its folder ({folder} in `extra`)."""
    assert DOVECOT is not None, ABSENT
    # Not in a folder of pytest's, which every other run of it closes to all but its user.
    with tempfile.TemporaryDirectory(prefix="mailbot-dovecot-", ignore_cleanup_errors=True) as folder:
        for name, content in files.items():
            Path(folder, name).write_text(content)
        server = _prepared(Path(folder), extra.replace("{folder}", folder))
        with serving(server):
            yield server


@contextlib.contextmanager
def serving(server: Dovecot) -> Iterator[None]:
    """Let a prepared instance, or one that was killed, serve for the time of the block."""
    assert DOVECOT is not None, ABSENT
    # In the foreground, so that it ends with us.
    with subprocess.Popen([DOVECOT, "-F", "-c", str(server.config)], stderr=subprocess.DEVNULL) as process:
        try:
            _await_greeting(server, process)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _prepared(folder: Path, extra: str) -> Dovecot:
    for name in ("run", "mail", "home"):
        (folder / name).mkdir()
    certificates = make_certificates(folder)
    port, tls_port = _free_ports(2)
    user, group, login_user = _service_users()
    if os.getuid() == 0:  # mails belong to an unprivileged user, whose way there must be open
        folder.chmod(0o711)
        for name in ("mail", "home"):
            shutil.chown(folder / name, user, group)
    (folder / "log").touch()
    (folder / "log").chmod(0o666)
    config = folder / "dovecot.conf"
    config.write_text(
        CONFIG.format(
            folder=folder,
            run=folder / "run",
            instance=f"tests-{secrets.token_hex(4)}",
            user=user,
            group=group,
            login_user=login_user,
            mail_user=user,
            mail_group=group,
            certificates=certificates,
            password=PASSWORD,
            port=port,
            tls_port=tls_port,
            extra=extra,
        )
    )
    return Dovecot(folder=folder, port=port, tls_port=tls_port, certificates=certificates, config=config)


def _service_users() -> tuple[str, str, str]:
    """Return user, group and login user to run as: Debian's own as root, else whoever runs the tests."""
    if os.getuid() == 0:
        return "dovecot", grp.getgrgid(pwd.getpwnam("dovecot").pw_gid).gr_name, "dovenull"
    user = getpass.getuser()
    return user, grp.getgrgid(os.getgid()).gr_name, user


def _free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def _await_greeting(server: Dovecot, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 15
    context = ssl.create_default_context(cafile=str(server.certificates.authority))
    while True:
        try:
            with imapclient.IMAPClient("localhost", server.tls_port, ssl_context=context, timeout=5) as client:
                client.login("nobody", PASSWORD)
                return
        except (OSError, imapclient.exceptions.IMAPClientError) as error:
            if process.poll() is not None or time.monotonic() > until:
                log = (server.folder / "log").read_text()
                raise RuntimeError(f"Dovecot does not start: {error}\n{log}") from error
            time.sleep(0.05)
