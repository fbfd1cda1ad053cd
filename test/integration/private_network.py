"""A network of our own, in which link-local addresses are ours and nothing else can be reached."""

import concurrent.futures
import ctypes
import fcntl
import os
import socket
import struct
import threading

CLONE_NEWNET = 0x40000000
SIOCSIFADDR, SIOCSIFFLAGS = 0x8916, 0x8914
IFF_UP = 1


class PrivateNetwork:
    """One thread that lives in a new network namespace; what it starts lives there too."""

    def __init__(self, *addresses):
        self._thread = concurrent.futures.ThreadPoolExecutor(1)
        self.run(_enter, addresses)

    def run(self, action, *arguments, **options):
        """Calls a function inside: sockets it makes and programs it starts see only this net."""
        return self._thread.submit(action, *arguments, **options).result()

    @property
    def path(self):
        """The file by which other programs (ip, nsenter) know this network."""
        return f"/proc/{os.getpid()}/task/{self.run(threading.get_native_id)}/ns/net"

    def close(self):
        self._thread.shutdown(wait=False)


def _enter(addresses):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        _bring_up(control, b"lo")
        for number, address in enumerate(addresses):
            _add_address(control, b"lo:%d" % number, address)


def _bring_up(control, interface):
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", interface, IFF_UP))


def _add_address(control, interface, address):
    family = struct.pack("H2x", socket.AF_INET)
    request = struct.pack("16s4s4s8x", interface, family, socket.inet_aton(address))
    fcntl.ioctl(control, SIOCSIFADDR, request)
    _bring_up(control, interface)
