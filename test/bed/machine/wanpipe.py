#!/usr/bin/python3
"""wanpipe.py IF_A IF_B delay_ms [jitter_ms] [loss_percent] [rate_mbit]

Joins two interfaces by a line with that one-way delay, jitter, loss and rate each way: what tc's netem does, for
kernels without it. Frames carry their virtio_net_hdr along, so that segments larger than the MTU and checksums that the
network card would fill in (packet(7), PACKET_VNET_HDR) go through unchanged. Says `joined` when it carries frames.

SIGUSR1 drops all that comes from IF_B from then on, SIGUSR2 all that comes from IF_A: the other way stays open. SIGHUP ends
both.
"""
import collections
import random
import select
import signal
import socket
import struct
import sys
import time

SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 1, 15, 23
PACKET_MR_PROMISC = 1
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
ETH_P_ALL = 3
BUFFER_BYTES = 16 << 20


def opened(interface):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    end.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES)
    end.bind((interface, ETH_P_ALL))
    end.setblocking(False)
    promiscuous = struct.pack("iHH8s", socket.if_nametoindex(interface), PACKET_MR_PROMISC, 0, b"")
    end.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, promiscuous)
    return end


def frames(end):
    """What has come, up to a batch: the other direction has its turn as well."""
    for _ in range(256):
        try:
            yield end.recv(70000)
        except OSError:
            return


class Direction:
    """Frames on their way from one end to the other, in order."""

    def __init__(self, source, target, delay, jitter, loss, rate):
        self.source, self.target = source, target
        self.delay, self.jitter, self.loss, self.rate = delay, jitter, loss, rate
        self.on_the_way = collections.deque()
        self.free_at = 0.0
        self.is_closed = False

    def deliver(self, now):
        while self.on_the_way and self.on_the_way[0][0] <= now:
            try:
                self.target.send(self.on_the_way.popleft()[1])
            except OSError:
                pass  # The interface is down, or its queue is full: the frame is lost, as on a real line.

    def take(self):
        for frame in frames(self.source):
            if self.is_closed or random.random() < self.loss:
                continue
            at = time.monotonic()
            if self.rate:
                self.free_at = at = max(self.free_at, at) + len(frame) / self.rate
            at += self.delay + random.uniform(-self.jitter, self.jitter)
            if self.on_the_way:
                at = max(at, self.on_the_way[-1][0])
            self.on_the_way.append((at, frame))

    def next_at(self):
        return self.on_the_way[0][0] if self.on_the_way else None


def main():
    delay, jitter, loss, rate = ([float(text) for text in sys.argv[3:]] + [0.0] * 4)[:4]
    ends = [opened(name) for name in sys.argv[1:3]]
    shape = (delay / 1e3, jitter / 1e3, loss / 100, rate * 1e6 / 8)
    directions = [Direction(ends[0], ends[1], *shape), Direction(ends[1], ends[0], *shape)]
    waiting = select.epoll()
    for end in ends:
        waiting.register(end, select.EPOLLIN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    def close(forth, back):
        directions[0].is_closed, directions[1].is_closed = forth, back

    signal.signal(signal.SIGUSR1, lambda *_: close(False, True))
    signal.signal(signal.SIGUSR2, lambda *_: close(True, False))
    signal.signal(signal.SIGHUP, lambda *_: close(False, False))
    print("joined", flush=True)
    while True:
        for direction in directions:
            direction.deliver(time.monotonic())
        times = [at for at in (direction.next_at() for direction in directions) if at is not None]
        waiting.poll(max(0.0, min(times) - time.monotonic()) if times else -1)
        for direction in directions:
            direction.take()


main()
