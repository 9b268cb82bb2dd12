"""What the local stack is made of, in the order in which it starts."""

import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
VAR = TOP / "var"
BIN = TOP / "build/release/bin"
CONFIG = TOP / "deploy/config"
KAFKA_PORT = 19092


@dataclass
class Part:
    name: str
    command: list
    port: int
    place: str  # where it answers, for people
    ready: list = field(default_factory=list)  # a command that succeeds once it serves; empty: its port answers
    once: list = field(default_factory=list)  # a command to run before it starts
    data: Path = None

    @property
    def program(self):
        return Path(self.command[0])

    @property
    def log(self):
        return VAR / "log" / f"{self.name}.log"

    def check(self):
        """Before anything starts: is its port free?"""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                raise SystemExit(f"stack: port {self.port} of {self.name} is taken: stop what listens there") from None

    def serves(self):
        if self.ready:
            return subprocess.run(self.ready, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False


def service(name, port, before=()):
    return Part(name, [str(BIN / f"tend-{name}"), "--config", str(CONFIG / f"{name}.textproto")], port,
                f"gRPC 127.0.0.1:{port}, metrics 127.0.0.1:{port + 10}",
                ready=[str(BIN / "tend"), "health", f"127.0.0.1:{port}"], once=list(before))


PARTS = [
    Part("kafka", [str(TOP / "deploy/local/kafka/kafka"), "run", "--data", str(VAR / "kafka"), "--port", str(KAFKA_PORT)],
         KAFKA_PORT, f"127.0.0.1:{KAFKA_PORT}", data=VAR / "kafka",
         ready=[str(BIN / "tend"), "topics", "apply", "--bootstrap", f"127.0.0.1:{KAFKA_PORT}"]),
    service("scoring", 7412),
    service("notification", 7413),
    service("ingest", 7410),
]
