"""What deploy/local/kafka/kafka knows of a broker: its settings, its process, and how to ask whether it is ready."""

import base64
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import LOOPBACK, Fault, check_port, check_space, end_with_parent, free_port

START_SECONDS = 60  # from exec to ready: 4 s on two idle cores, ten times that on a loaded machine
STOP_SECONDS = 30
NEWER = "its data was written by a newer Kafka: 'make clean-data' forgets all that the local stack has stored, then do this again"


def settings(data, port, controller_port, for_tests):
    """One node that is broker and controller. What is not here is Kafka's default."""
    lines = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "log.dirs": data / "log",
        # Few partitions, as fetches and appends are paid for by the request (design section 6).
        "num.partitions": 4,
        # A mistyped name is an error and not a new topic.
        "auto.create.topics.enable": "false",
        # The first member need not wait for others: ours are static, and a rebalance is cheap.
        "group.initial.rebalance.delay.ms": 0,
        # One node: nothing can be replicated. 4 partitions instead of 50: it starts sooner.
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
    }
    if for_tests:
        lines |= {
            # A test makes members expire, transactions time out and logs be compacted, and waits for it.
            "group.min.session.timeout.ms": 500,
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": 200,
            "log.cleaner.backoff.ms": 50,
            "log.segment.delete.delay.ms": 100,
            # 128 MiB for the cleaner's table of keys would be half of the small heap.
            "log.cleaner.dedupe.buffer.size": 4 << 20,
        }
    return "".join(f"{key}={value}\n" for key, value in lines.items())


def java(jars, heap, small, *arguments):
    """The command of a JVM. small: for one that lives for seconds."""
    collector = ["-XX:+UseSerialGC"] if small else ["-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"]
    # The quick compiler alone. The other one takes a core for as long as a laptop's stack is busy (half of the broker's CPU of
    # the first 100,000 interactions), and what it makes is not faster here, even after 500,000.
    return ["java", f"-Xmx{heap}", *collector, "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS", "-cp", f"{jars}/*", *arguments]


def format_storage(jars, data, config, log):
    """Makes the data folder one of a cluster of its own, unless it is one already."""
    if (data / "log" / "meta.properties").exists():
        return
    cluster = "-"
    while cluster.startswith("-"):  # the tool would take it for an option
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    done = subprocess.run(java(jars, "128m", True, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", config),
                          stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Fault(f"the storage in {data} cannot be formatted{why(log.name)}")


def why(log_path):
    """What a broker's log says about its end, as the second half of a sentence."""
    text = Path(log_path).read_text(errors="replace")[-100_000:]
    known = {
        "No space left on device": "the disk is full: make room, then do this again",
        "Address already in use": "its port is taken",
        "Failed to acquire lock on file": "another broker uses this folder",
        "OutOfMemoryError": "its heap is too small",
        "UnsupportedClassVersionError": "it needs Java 17 or newer",
        "UnsupportedVersionException: Can't read version": NEWER,
        "No MetadataVersion with feature level": NEWER,
    }
    reason = next((meaning for sign, meaning in known.items() if sign in text), "see its log")
    return f": {reason} ({log_path})"


def is_ready(port):
    """Whether the broker tells of itself and a controller: a Metadata request, version 1, of no topic."""
    request = struct.pack(">hhih", 3, 1, 1, -1) + struct.pack(">i", 0)
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = connection.makefile("rb")
            size, _, brokers = struct.unpack(">iii", answer.read(12))
            body = answer.read(size - 8)
    except (OSError, struct.error):
        return False
    if brokers < 1:
        return False
    host_length = struct.unpack(">h", body[4:6])[0]
    at = 6 + host_length + 4
    rack_length = struct.unpack(">h", body[at:at + 2])[0]
    at += 2 + max(rack_length, 0)
    return struct.unpack(">i", body[at:at + 4])[0] >= 0


class Broker:
    """A running broker. scratch: it and its data are of no use to anybody afterwards."""

    def __init__(self, jars, data, port, heap, scratch):
        self.data, self.port, self.scratch = data, port or free_port(), scratch
        if port:
            check_port(port)
        data.mkdir(parents=True, exist_ok=True)
        check_space(data)
        self.log_path = data / "broker.log"
        config = data / "broker.properties"
        config.write_text(settings(data, self.port, free_port(), scratch))
        with open(self.log_path, "w") as log:
            format_storage(jars, data, config, log)
            self.process = subprocess.Popen(
                java(jars, heap, scratch, "kafka.Kafka", str(config)), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True, preexec_fn=end_with_parent(signal.SIGKILL if scratch else signal.SIGTERM))

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while not is_ready(self.port):
            if self.process.poll() is not None:
                raise Fault(f"the broker ended while it started{why(self.log_path)}")
            if time.monotonic() > deadline:
                raise Fault(f"the broker was not ready within {START_SECONDS} s{why(self.log_path)}")
            time.sleep(0.05)

    def stop(self):
        """Stops it cleanly where its data matters."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if self.scratch else signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.scratch:
            shutil.rmtree(self.data, ignore_errors=True)
            try:
                self.data.parent.rmdir()  # whoever made it for us may be dead
            except OSError:
                pass  # it holds something
