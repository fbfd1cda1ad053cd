"""A SOCKS 5 proxy (RFC 1928) for the few places that it knows, by name or address."""

import socket
import socketserver

from .proxy import Proxy, copy_both_ways

NO_PASSWORD = b"\x05\x00"
CONNECT = b"\x05\x01\x00"
DONE, REFUSED = b"\x05\x00\x00\x01" + bytes(6), b"\x05\x02\x00\x01" + bytes(6)


class SocksProxy(Proxy):
    scheme = "socks5"

    def make_handler(self):
        return _Handler


class _Handler(socketserver.StreamRequestHandler):
    rbufsize = 0

    def handle(self):
        version, methods = self.rfile.read(2)
        self.rfile.read(methods)
        self.wfile.write(NO_PASSWORD)
        assert version == 5 and self.rfile.read(3) == CONNECT
        target = f"{self._read_host()}:{int.from_bytes(self.rfile.read(2), 'big')}"
        self.server.proxy.asked_for.append(target)
        place = self.server.proxy.places.get(target)
        if place is None:
            self.wfile.write(REFUSED)
            return
        with socket.create_connection(place) as far:
            self.wfile.write(DONE)
            copy_both_ways(self.connection, far)

    def _read_host(self):
        (kind,) = self.rfile.read(1)
        if kind == 1:
            return socket.inet_ntop(socket.AF_INET, self.rfile.read(4))
        if kind == 4:
            return socket.inet_ntop(socket.AF_INET6, self.rfile.read(16))
        return self.rfile.read(self.rfile.read(1)[0]).decode()
