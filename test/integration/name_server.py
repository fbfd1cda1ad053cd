"""A tiny DNS server on port 53, over UDP and TCP, for a network of our own."""

import dataclasses
import socket
import socketserver
import struct
import threading

A, INTERNET = 1, 1
RESPONSE, TRUNCATED, RECURSION = 0x8000, 0x0200, 0x0180
NO_SUCH_NAME = 3


@dataclasses.dataclass(frozen=True)
class Question:
    name: str
    transport: str


class NameServer:
    """Knows IPv4 addresses by name and records who asks for which; other names don't exist."""

    def __init__(self, address="127.0.0.1"):
        self.reset()
        udp = _Udp((address, 53), _UdpHandler)
        tcp = _Tcp((address, 53), _TcpHandler)
        for server in (udp, tcp):
            server.names = self
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def reset(self):
        self.addresses = {}  # name: IPv4 address
        self.questions = []
        self.truncates = False  # makes UDP answers say: ask again by TCP

    def asked(self, transport="udp"):
        """The names asked for, each once, in the order in which they came."""
        return list(dict.fromkeys(q.name for q in self.questions if q.transport == transport))

    def answer(self, query, transport):
        number, flags = struct.unpack_from("!HH", query)
        name, end = _read_name(query, 12)
        kind, _ = struct.unpack_from("!HH", query, end)
        self.questions.append(Question(name, transport))
        address = self.addresses.get(name)
        flags = RESPONSE | RECURSION | flags & 0x7900  # the opcode stays
        records = b""
        if address is None:
            flags |= NO_SUCH_NAME
        elif self.truncates and transport == "udp":
            flags |= TRUNCATED
        elif kind == A:
            records = struct.pack("!HHHIH", 0xC00C, A, INTERNET, 60, 4) + socket.inet_aton(address)
        head = struct.pack("!6H", number, flags, 1, 1 if records else 0, 0, 0)
        return head + query[12 : end + 4] + records


def _read_name(message, at):
    """A name as questions spell it, and where it ends."""
    labels = []
    while length := message[at]:
        labels.append(message[at + 1 : at + 1 + length].decode().lower())
        at += 1 + length
    return ".".join(labels), at + 1


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _UdpHandler(socketserver.DatagramRequestHandler):
    def handle(self):
        self.wfile.write(self.server.names.answer(self.rfile.read(), "udp"))


class _TcpHandler(socketserver.StreamRequestHandler):
    def handle(self):
        while length := self.rfile.read(2):
            query = self.rfile.read(*struct.unpack("!H", length))
            answer = self.server.names.answer(query, "tcp")
            self.wfile.write(struct.pack("!H", len(answer)) + answer)
