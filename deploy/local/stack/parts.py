"""What the local stack is made of, in the order in which it starts."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import check_port, free_port, write_private

TOP = Path(__file__).resolve().parents[3]
BIN = TOP / "build/release/bin"
CONFIG = TOP / "deploy/config"
STARTED = "started by the supervisor"  # a line of each part's log
SERVICES = {"enrichment": 7411, "scoring": 7412, "notification": 7413, "query": 7414, "ingest": 7410}  # in order of their start
METRICS_ABOVE = 10  # its port, of gRPC's
HTTP = {"ingest": 7430, "query": 7434}  # who answers JSON by POST too


@dataclass
class Place:
    """Where a stack lives: the folder for all it writes, and its ports."""

    home: Path = TOP / "var"
    kafka: int = 19092
    postgres: int = 15432
    rpc: dict = field(default_factory=lambda: dict(SERVICES))
    metrics: dict = field(default_factory=lambda: {name: port + METRICS_ABOVE for name, port in SERVICES.items()})
    http: dict = field(default_factory=lambda: dict(HTTP))
    roster: Path = None  # another one than the sample's
    runtime: str = ""  # more of RuntimeConfig, for all services
    inbox: bool = False  # whether ingest reads tend.inbox.v1

    @staticmethod
    def elsewhere(home, more=()):
        """For a test: beside whatever runs on this machine. more: second instances, as ("scoring", 2)."""
        called = [*SERVICES, *(f"{name}-{instance}" for name, instance in more)]
        def ports(names):
            return {name: free_port() for name in names}

        return Place(home, free_port(), free_port(), ports(called), ports(called), ports(name for name in called if name.partition("-")[0] in HTTP))

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.kafka}"

    def metrics_of(self, service):
        """Of all its instances, with commas."""
        return ",".join(f"127.0.0.1:{port}" for called, port in self.metrics.items() if called.partition("-")[0] == service)

    def rpc_address(self, service):
        return f"127.0.0.1:{self.rpc[service]}"


@dataclass
class Part:
    name: str
    command: list
    port: int
    where: str  # it answers, for people
    home: Path
    ready: list = field(default_factory=list)  # a command that succeeds once it serves; empty: its port answers
    data: Path = None

    def prepare(self):
        """Before each start."""

    @property
    def program(self):
        return Path(self.command[0])

    @property
    def log(self):
        return self.home / "log" / f"{self.name}.log"

    @property
    def ports(self):
        return [self.port]

    def check(self):
        """Before anything starts: are its ports free?"""
        for port in self.ports:
            check_port(port, f"it is a port of {self.name}; stop what listens there")

    def start(self, **how):
        """Starts it, its output added to its log; the process."""
        self.prepare()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "a") as log:
            log.write(f"== {time.strftime('%Y-%m-%dT%H:%M:%S')} {STARTED}\n")
            log.flush()
            return subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=TOP, **how)

    def ask(self, **how):
        """Starts the command of `ready`; the process."""
        return subprocess.Popen(self.ready, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how)

    def serves(self):
        if self.ready:
            return self.ask().wait() == 0
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False


class Postgres(Part):
    """Its script says how to reach it as soon as clients can; the port alone answers before that."""

    def serves(self):
        return "\nconninfo " in self.log.read_text(errors="replace").rpartition(STARTED)[2]


class Service(Part):
    """One of ours: its configuration is deploy/config's, and over it what only this place knows.

    The place has a port each for "scoring", and for "scoring-2" if that is its second instance.
    """

    def __init__(self, name, place, instance=1):
        self.service, self.place, self.instance = name, place, instance
        called = name if instance == 1 else f"{name}-{instance}"
        self.config = place.home / "config" / f"{called}.textproto"
        rpc = place.rpc_address(called)
        super().__init__(called, [str(BIN / f"tend-{name}"), "--config", str(CONFIG / f"{name}.textproto"), "--config", str(self.config)],
                         place.rpc[called], f"gRPC {rpc}, metrics 127.0.0.1:{place.metrics[called]}" + (f", HTTP 127.0.0.1:{place.http[called]}" if called in place.http else ""), place.home,
                         ready=[str(BIN / "tend"), "health", rpc])

    @property
    def ports(self):
        place = self.place
        return [place.rpc[self.name], place.metrics[self.name], *([place.http[self.name]] if self.name in place.http else [])]

    def prepare(self):
        http = f'  http_address: "127.0.0.1:{self.place.http[self.name]}"\n' if self.name in self.place.http else ""
        text = (f'runtime {{\n  instance: "{self.service}-{self.instance}"\n  kafka_bootstrap_servers: "{self.place.bootstrap}"\n'
                f'  metrics_address: "127.0.0.1:{self.place.metrics[self.name]}"\n  rpc_address: "{self.place.rpc_address(self.name)}"\n{http}{self.place.runtime}}}\n')
        shipped = (CONFIG / f"{self.service}.textproto").read_text()
        if "\npostgres:" in shipped:
            text += f'postgres: "{conninfo_of(self.home / "log/postgres.log")}"\n'
        if "\nidentity_key_file:" in shipped:
            make_key(self.home / "identity.key")
            text += f'identity_key_file: "{self.home / "identity.key"}"\n'
        if "\nroster_file:" in shipped and self.place.roster is not None:
            text += f'roster_file: "{self.place.roster}"\n'
        if self.service == "ingest" and self.place.inbox:
            text += "inbox { }\n"
        if "\nmetrics_addresses " in shipped:
            text += "".join(f'metrics_addresses {{ key: "{name}" value: "{self.place.metrics_of(name)}" }}\n' for name in SERVICES)
        write_private(self.config, text)


def conninfo_of(log):
    """What PostgreSQL's script said last, maybe before its last start: it is the same each time."""
    said = [line for line in log.read_text(errors="replace").splitlines() if line.startswith("conninfo ")]
    if not said:
        raise OSError(f"{log} does not say how to reach PostgreSQL")
    return said[-1].removeprefix("conninfo ")


def make_key(path):
    """What ids of persons are made with. Made once: another key makes other ids."""
    if not path.exists():
        write_private(path, os.urandom(32).hex())


def parts_of(place):
    """All of a stack, in the order of its start: each needs the ones before."""
    kafka, postgres = TOP / "deploy/local/kafka/kafka", TOP / "deploy/local/postgres/postgres"
    home = place.home
    return [
        Part("kafka", [str(kafka), "run", "--data", str(home / "kafka"), "--port", str(place.kafka)], place.kafka,
             place.bootstrap, home, data=home / "kafka", ready=[str(BIN / "tend"), "topics", "apply", "--bootstrap", place.bootstrap]),
        Postgres("postgres", [str(postgres), "run", "--data", str(home / "postgres"), "--port", str(place.postgres)], place.postgres,
                 f"127.0.0.1:{place.postgres}, database tend, and a socket in {os.path.relpath(home, TOP)}/postgres", home,
                 data=home / "postgres"),
        *(Service(name, place) for name in SERVICES),
    ]


LOCAL = Place()  # what `make up` runs
PARTS = parts_of(LOCAL)
