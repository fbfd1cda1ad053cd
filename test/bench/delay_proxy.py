"""Puts a distance between a client and servers: delay_proxy.py ROUND-TRIP-SECONDS PORT...

Listens on a port of loopback for each PORT, and prints those ports. What passes through takes half
a round trip in each direction. A process of its own, so that the servers' work doesn't delay it.
"""

import asyncio
import contextlib
import selectors
import subprocess
import sys


@contextlib.contextmanager
def distance(round_trip_s, *ports):
    """Ports that lead to these ones, but from far away."""
    command = [sys.executable, __file__, str(round_trip_s), *map(str, ports)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as proxy:
        try:
            yield proxy.stdout.readline().split()
        finally:
            proxy.kill()


async def serve(round_trip_s, *ports):
    listeners = [await listen(round_trip_s, port) for port in ports]
    print(*(listener.sockets[0].getsockname()[1] for listener in listeners), flush=True)
    await asyncio.Event().wait()


async def listen(round_trip_s, port):
    async def connect(reader, writer):
        """The kernel accepts at once: the first bytes also pay for TCP's handshake."""
        open_at = asyncio.get_running_loop().time() + round_trip_s
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        there = carry(reader, far_writer, round_trip_s / 2, open_at)
        await asyncio.gather(there, carry(far_reader, writer, round_trip_s / 2))

    return await asyncio.start_server(connect, "127.0.0.1", 0)


async def carry(reader, writer, delay_s, open_at=0):
    """Hands on each piece at its time; a queue keeps the next one from waiting for it."""
    loop = asyncio.get_running_loop()
    due = asyncio.Queue()
    delivery = loop.create_task(deliver(due, writer))
    piece = True
    while piece:
        with contextlib.suppress(OSError):
            piece = b""
            piece = await reader.read(1 << 16)
        due.put_nowait((max(loop.time(), open_at) + delay_s, piece))
    await delivery


async def deliver(due, writer):
    piece = True
    while piece:
        at, piece = await due.get()
        await asyncio.sleep(at - asyncio.get_running_loop().time())
        writer.write(piece)
    writer.close()


if __name__ == "__main__":
    # select() waits microseconds; epoll, as Python calls it, rounds up to milliseconds.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    loop.run_until_complete(serve(float(sys.argv[1]), *map(int, sys.argv[2:])))
