"""What the local stack is made of, in the order in which it starts."""

import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import check_port

TOP = Path(__file__).resolve().parents[3]
VAR = TOP / "var"
BIN = TOP / "build/release/bin"
CONFIG = TOP / "deploy/config"
KAFKA_PORT = 19092
POSTGRES_PORT = 15432
STARTED = "started by the supervisor"  # a line of each part's log


@dataclass
class Part:
    name: str
    command: list
    port: int
    place: str  # where it answers, for people
    ready: list = field(default_factory=list)  # a command that succeeds once it serves; empty: its port answers
    data: Path = None

    def prepare(self):
        """Before each start."""

    @property
    def program(self):
        return Path(self.command[0])

    @property
    def log(self):
        return VAR / "log" / f"{self.name}.log"

    def check(self):
        """Before anything starts: is its port free?"""
        check_port(self.port, f"it is the port of {self.name}; stop what listens there")

    def serves(self):
        if self.ready:
            return subprocess.run(self.ready, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False


class Postgres(Part):
    """Its script says how to reach it as soon as clients can; the port alone answers before that."""

    def serves(self):
        return conninfo_of(self.log) is not None


class Service(Part):
    """One of ours: its configuration is deploy/config's, with what only this machine knows filled in."""

    def __init__(self, name, port):
        super().__init__(name, [str(BIN / f"tend-{name}"), "--config", str(VAR / "config" / f"{name}.textproto")], port,
                         f"gRPC 127.0.0.1:{port}, metrics 127.0.0.1:{port + 10}",
                         ready=[str(BIN / "tend"), "health", f"127.0.0.1:{port}"])

    def prepare(self):
        text = (CONFIG / f"{self.name}.textproto").read_text()
        if "@POSTGRES@" in text:
            text = text.replace("@POSTGRES@", conninfo_of(VAR / "log/postgres.log"))
        if "var/identity.key" in text:
            make_key(VAR / "identity.key")
        write_private(VAR / "config" / f"{self.name}.textproto", text)


def conninfo_of(log):
    """What PostgreSQL's script said since its last start; None before."""
    since_start = log.read_text(errors="replace").rpartition(STARTED)[2]
    return next((line.removeprefix("conninfo ") for line in since_start.splitlines() if line.startswith("conninfo ")), None)


def make_key(path):
    """What ids of persons are made with. Made once: another key makes other ids."""
    if not path.exists():
        write_private(path, os.urandom(32).hex())


def write_private(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


PARTS = [
    Part("kafka", [str(TOP / "deploy/local/kafka/kafka"), "run", "--data", str(VAR / "kafka"), "--port", str(KAFKA_PORT)],
         KAFKA_PORT, f"127.0.0.1:{KAFKA_PORT}", data=VAR / "kafka",
         ready=[str(BIN / "tend"), "topics", "apply", "--bootstrap", f"127.0.0.1:{KAFKA_PORT}"]),
    Postgres("postgres",
         [str(TOP / "deploy/local/postgres/postgres"), "run", "--data", str(VAR / "postgres"), "--port", str(POSTGRES_PORT)],
         POSTGRES_PORT, f"127.0.0.1:{POSTGRES_PORT}, database tend, and a socket in var/postgres", data=VAR / "postgres"),
    Service("enrichment", 7411),
    Service("scoring", 7412),
    Service("notification", 7413),
    Service("ingest", 7410),
]
