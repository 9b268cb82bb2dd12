#!/usr/bin/env python3
"""What Kafka's script tells of a broker that ended, from the broker's log."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy/local/kafka"))
import broker

START = "2026-11-26T07:11:04.919 [main] ERROR kafka.Kafka$ - Exiting Kafka due to fatal exception\n"


class WhyTest(unittest.TestCase):
    def told(self, text):
        with tempfile.NamedTemporaryFile("w") as log:
            log.write(START + text + "\n\tat kafka.Kafka$.main(Kafka.scala:71)\n")
            log.flush()
            return broker.why(log.name).removesuffix(f" ({log.name})")

    def test_data_of_a_newer_kafka(self):
        for text in ("org.apache.kafka.common.errors.UnsupportedVersionException: Can't read version 4 of BrokerEndpoint",
                     "java.lang.IllegalArgumentException: No MetadataVersion with feature level 31. Valid feature levels are from 7 to 29."):
            self.assertEqual(self.told(text), f": {broker.NEWER}")
        self.assertIn("make clean-data", broker.NEWER)

    def test_a_full_disk(self):
        self.assertEqual(self.told("java.io.IOException: No space left on device"), ": the disk is full: make room, then do this again")

    def test_another_version_error_is_not_about_the_data(self):
        self.assertEqual(self.told("org.apache.kafka.common.errors.UnsupportedVersionException: The broker does not support METADATA"),
                         ": see its log")


if __name__ == "__main__":
    unittest.main()
