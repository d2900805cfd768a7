"""Writes scalars as TensorBoard reads them: records of length, checksum and one event each, in the encoding of protobuf."""
import struct
import time

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def checksum(data):
    """CRC-32C, rotated and shifted as the format wants it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def number(value):
    """A whole number, seven bits to a byte."""
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + number(value >> 7)


def field(place, content):
    return bytes([place << 3 | 2]) + number(len(content)) + content


class Board:
    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / f"events.out.tfevents.{time.time_ns()}.example").open("wb")
        self._record(field(3, b"brain.Event:2"))

    def scalar(self, name, value, step):
        content = field(1, name.encode()) + b"\x15" + struct.pack("<f", value)
        self._record(b"\x10" + number(step) + field(5, field(1, content)))

    def _record(self, event):
        event = b"\x09" + struct.pack("<d", time.time()) + event
        length = struct.pack("<Q", len(event))
        self._file.write(length + checksum(length) + event + checksum(event))
        self._file.flush()
