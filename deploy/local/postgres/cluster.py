"""What deploy/local/postgres/postgres knows of a cluster: its user, settings, process, and when it is ready."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import LOOPBACK, Fault, check_port, check_space, end_with_parent, free_port, write_private

VERSION = "15"
START_SECONDS = 60  # 0.2 s on an idle machine; a crashed server first replays its log
STOP_SECONDS = 30
SOCKET_PATH_BYTES = 107  # sun_path without its end
# Whom root becomes, for neither initdb nor the server runs as root.
UNPRIVILEGED = ("postgres", "nobody")


DAMAGED = "its files are damaged: restore a backup, or begin anew ('make clean-data' forgets all that the local stack has stored)"


def binary(name):
    found = shutil.which(name, path=f"/usr/lib/postgresql/{VERSION}/bin") or shutil.which(name)
    if not found:
        raise Fault(f"no {name}: install the package postgresql-{VERSION} (deploy/packages.txt)")
    return found


def unprivileged():
    """The user to run as when we are root, else None."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Fault(f"PostgreSQL does not run as root, and there is no user {' or '.join(UNPRIVILEGED)} to become")


def socket_folder(folder, port):
    """Where the server's socket is: its folder, else nowhere (""), for the system takes no longer path."""
    return folder if len(os.fsencode(f"{folder}/.s.PGSQL.{port}")) <= SOCKET_PATH_BYTES else ""


def quoted(value):
    """A value as libpq's conninfo holds any text."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def settings(folder, port, scratch):
    """Small, for one laptop. What is not here is PostgreSQL's default."""
    lines = {
        "listen_addresses": LOOPBACK,
        "port": port,
        "unix_socket_directories": socket_folder(folder, port),
        "unix_socket_permissions": "0700",
        "max_connections": 60,
        "shared_buffers": "64MB" if scratch else "256MB",
        "effective_cache_size": "1GB",
        "work_mem": "16MB",
        "max_wal_size": "1GB",
        "wal_level": "minimal",  # no replicas; a server's own cluster keeps the default
        "max_wal_senders": 0,
        "max_parallel_workers_per_gather": 0,
        "jit": "off",  # our statements are short: compiling them costs more than it saves
        "log_timezone": "UTC",
        "timezone": "UTC",
    }
    if scratch:  # nothing of it is read after a crash
        lines |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return "".join(f"{name} = '{value}'\n" for name, value in lines.items())


def why(log_path):
    """What a server's log says about its end, as the second half of a sentence."""
    text = Path(log_path).read_text(errors="replace")[-100_000:]
    known = {
        "No space left on device": "the disk is full: make room, then do this again",
        "could not find the database system": DAMAGED,
        "Address already in use": "its port is taken",
        "could not bind": "its port is taken",
        "lock file \"postmaster.pid\" already exists": "another server uses this folder",
        "pre-existing shared memory block": "processes of an earlier server still use this folder: end them",
        "could not create shared memory": "shared memory is short",
        "invalid checkpoint record": DAMAGED,
        "could not locate a valid checkpoint": DAMAGED,
        "could not locate required checkpoint": DAMAGED,
        "could not open file \"global/": DAMAGED,
        "Permission denied": "a file is not its user's",
    }
    reason = next((meaning for sign, meaning in known.items() if sign in text), "see its log")
    return f": {reason} ({log_path})"


def remove_abandoned(parent):
    """Scratch folders of processes that were killed before they could tidy up."""
    for folder in parent.glob("scratch-*-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def remove_stale_lock(data):
    """The lock file of a server that was killed, if another process has its number now: a server works in its data folder. One
    that cannot be looked at stays PostgreSQL's own question, as do processes that still use the server's shared memory."""
    lock = data / "postmaster.pid"
    try:
        if Path("/proc", lock.read_text().split()[0], "cwd").resolve(strict=True) != data:
            lock.unlink()
    except (OSError, IndexError):
        pass


class Cluster:
    """A running server over folder/data. scratch: it and its data are of no use to anybody afterwards."""

    def __init__(self, folder, port, scratch):
        self.user = unprivileged()
        self.port, self.scratch = port or free_port(), scratch
        if port:
            check_port(port)
        folder.mkdir(parents=True, exist_ok=True)
        check_space(folder)
        if scratch:
            remove_abandoned(folder)
            folder = Path(tempfile.mkdtemp(prefix=f"scratch-{os.getpid()}-", dir=folder))
        self.folder, self.data, self.log_path = folder, folder / "data", folder / "server.log"
        self.process = None
        try:
            self._own(folder)
            self._start()
        except BaseException:
            self.stop()
            raise

    def _own(self, path):
        """Only the server's user may look into it."""
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        elif path.stat().st_uid != os.geteuid():
            raise Fault(f"{path} is another user's: run this as that user, or give another folder by --data")
        path.chmod(0o700)

    def _as_user(self):
        """Popen's arguments: as the unprivileged user, in a place that it can read."""
        who = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        return {**who, "cwd": "/", "env": {**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}}

    def _start(self):
        with open(self.log_path, "w") as log:
            if not self.data.exists():
                self._create(log)
            remove_stale_lock(self.data)
            version = self._version()
            if version != VERSION:
                raise Fault(f"{self.data} is of PostgreSQL {version}, not {VERSION}: dump and restore it, or remove it")
            if not socket_folder(self.folder, self.port):
                self._keep("pgpass", f"{LOOPBACK}:*:*:tend:{(self.folder / 'password').read_text()}")
            self.config = self.folder / "server.conf"
            self.config.write_text(settings(self.folder, self.port, self.scratch))
            self.config.chmod(0o644)
            server = [binary("postgres"), "-D", str(self.data), "-c", f"config_file={self.config}",
                      "-c", f"hba_file={self.data / 'pg_hba.conf'}", "-c", f"ident_file={self.data / 'pg_ident.conf'}"]
            how = signal.SIGQUIT if self.scratch else signal.SIGINT
            self.process = subprocess.Popen(server, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True, preexec_fn=end_with_parent(how), **self._as_user())

    def _version(self):
        try:
            return (self.data / "PG_VERSION").read_text().strip() or "?"
        except FileNotFoundError:
            return "?"

    def _create(self, log):
        """Makes folder/data, whole or not at all."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)  # of a run that was interrupted
        password = self._keep("password", secrets.token_urlsafe(24) + "\n")
        command = [binary("initdb"), "-D", str(fresh), "-U", "tend", "--encoding=UTF8", "--locale=C.UTF-8",
                   "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}"]
        done = subprocess.run(command + (["--no-sync"] if self.scratch else []), stdin=subprocess.DEVNULL,
                              stdout=log, stderr=log, check=False, **self._as_user())
        if done.returncode != 0:
            raise Fault(f"the cluster in {self.folder} cannot be made{why(self.log_path)}")
        fresh.rename(self.data)

    def _keep(self, name, secret):
        """A file in folder that only the server's user reads."""
        path = self.folder / name
        write_private(path, secret)
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def conninfo(self, database="tend"):
        """How libpq finds it: through the socket, which only the server's user and root can use; over the loopback, with a file
        that holds the password, where the socket's path would be too long."""
        socket = socket_folder(self.folder, self.port)
        host = f"host={quoted(socket)}" if socket else f"host={LOOPBACK} passfile={quoted(self.folder / 'pgpass')}"
        return f"{host} port={self.port} user=tend dbname={database}"

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None:
                raise Fault(f"the server ended while it started{why(self.log_path)}")
            if time.monotonic() > deadline:
                raise Fault(f"the server was not ready within {START_SECONDS} s{why(self.log_path)}")
            time.sleep(0.02)
        self._make_database()

    def _make_database(self):
        statement = ("SELECT 'CREATE DATABASE tend' "
                     "WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tend') \\gexec")
        done = subprocess.run([binary("psql"), "-Xq", "-v", "ON_ERROR_STOP=1", self.conninfo("postgres")],
                              input=statement, capture_output=True, text=True, check=False, **self._as_user())
        if done.returncode != 0:
            raise Fault(f"the database cannot be made: {(done.stderr.strip().splitlines() or ['?'])[-1]}")

    def _is_ready(self):
        """As pg_ctl sees it: the eighth line of the server's lock file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def has_died(self):
        return self.process is not None and self.process.poll() is not None

    def pause(self):
        self._end(signal.SIGINT)
        self.process = None

    def resume(self):
        if self.process is None:
            self._start()
            self.wait_until_ready()

    def _end(self, how):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """Stops it cleanly where its data matters."""
        self._end(signal.SIGQUIT if self.scratch else signal.SIGINT)
        if self.scratch:
            shutil.rmtree(self.folder, ignore_errors=True)
