"""A pod's network as on an EC2 node: three namespaces of the kernel, and real routes between them.

    pod  --  node (forwards; 169.254.170.23)  --  EC2 (169.254.169.254)

The pod's loopback leads out to what the tests' own loopback offers: the API server, AWS.
"""

import contextlib
import pathlib
import socket
import subprocess
import threading

from private_network import PrivateNetwork
from standin.proxy import copy_both_ways

POD_IDENTITY_AGENT = {4: "169.254.170.23", 6: "fd00:ec2::23"}
METADATA_SERVICE = {4: "169.254.169.254", 6: "fd00:ec2::254"}
FORWARDING = {"ipv4/ip_forward": "1", "ipv6/conf/all/forwarding": "1"}
AT_ONCE = {"ipv6/conf/default/accept_dad": "0"}  # nobody is asked who else has an address


class NodeNetwork:
    """The three networks; they last as long as this object's threads do."""

    def __init__(self):
        self.pod, self.node, self.ec2 = (PrivateNetwork() for _ in range(3))
        for network in (self.pod, self.node, self.ec2):
            _set(network, AT_ONCE)
        _set(self.node, FORWARDING)
        _connect(self.node, "pods", "10.0.1.1/24", "fd00:1::1/64", self.pod)
        _connect(self.node, "uplink", "10.0.2.1/24", "fd00:2::1/64", self.ec2)
        _configure(self.pod, "10.0.1.2/24", "fd00:1::2/64", "10.0.1.1", "fd00:1::1")
        _configure(self.ec2, "10.0.2.2/24", "fd00:2::2/64", "10.0.2.1", "fd00:2::1")
        _ip(self.ec2, *(f"address add {one} dev lo" for one in METADATA_SERVICE.values()))
        _ip(self.node, *(f"address add {one} dev lo" for one in POD_IDENTITY_AGENT.values()))
        _ip(self.node, *(f"route add {one} via {at}" for one, at in _uplinks()))
        self._hatches = []

    def close(self):
        for hatch in self._hatches:
            hatch.close()
        for network in (self.pod, self.node, self.ec2):
            network.close()

    def lead_out(self, *ports):
        """From the pod and its node these ports of 127.0.0.1 lead to the tests' own."""
        for port in set(ports) - {hatch.port for hatch in self._hatches}:
            self._hatches += [Hatch(network, port) for network in (self.pod, self.node)]

    @contextlib.contextmanager
    def way_to(self, address, kind):
        """For the length of a block the node does this (blackhole, prohibit) with what goes there."""
        (via,) = (at for one, at in _uplinks() if one == address)
        _ip(self.node, f"route del {address}", f"route add {kind} {address}")
        try:
            yield
        finally:
            _ip(self.node, f"route del {address}", f"route add {address} via {via}")


def inside(network):
    """A command that runs a program in this network."""
    return ["nsenter", f"--net={network.path}"]


class Hatch:
    """A port of 127.0.0.1 that leads out of a network to the same port outside."""

    def __init__(self, network, port):
        self.port = port
        self._listener = network.run(socket.create_server, ("127.0.0.1", port))
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near):
        with near, contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.port)) as far:
                copy_both_ways(near, far)


def _uplinks():
    return zip(METADATA_SERVICE.values(), ("10.0.2.2", "fd00:2::2"))


def _connect(network, name, ipv4, ipv6, other):
    """A cable whose far end is eth0 of the other network."""
    _ip(network, f"link add {name} type veth peer name eth0 netns {other.path}")
    _ip(network, *_addresses(name, ipv4, ipv6))


def _configure(network, ipv4, ipv6, *gateways):
    _ip(network, *_addresses("eth0", ipv4, ipv6))
    _ip(network, *(f"route add default via {gateway}" for gateway in gateways))


def _addresses(interface, ipv4, ipv6):
    yield f"address add {ipv4} dev {interface}"
    yield f"address add {ipv6} dev {interface}"
    yield f"link set {interface} up"


def _set(network, values):
    for name, value in values.items():
        network.run(pathlib.Path("/proc/sys/net", name).write_text, value)


def _ip(network, *commands):
    script = "".join(f"{command}\n" for command in commands)
    network.run(subprocess.run, ["ip", "-batch", "-"], input=script, text=True, check=True)
