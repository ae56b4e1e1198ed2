"""A hostile client: connects again and again and says what no task process would, and keeps a thousand connections open
that say nothing. `hostile.py HOST PORT` goes on until it is ended; Hostile does the same beside a test."""
import os
import socket
import struct
import sys
import threading
import time

IDLE = 1000
PAUSE_S = 0.005  # between two connections of a kind, so that it is not a race for the processor


def garbage(connection):
    connection.sendall(os.urandom(4096))


def cut_frame(connection):
    """Half of what was announced, and then nothing."""
    connection.sendall(struct.pack("<I", 1000) + bytes(500))


def huge_length(connection):
    connection.sendall(struct.pack("<I", 0xFFFFFFFF) + bytes(100))


def no_length(connection):
    connection.sendall(struct.pack("<I", 0))


def not_a_hello(connection):
    """A body of the right length in which nothing is sound."""
    connection.sendall(struct.pack("<I", 64) + bytes(range(64)))


KINDS = (garbage, cut_frame, huge_length, no_length, not_a_hello)


class Hostile:
    def __init__(self, host, port):
        self.place = (host, port)
        self.stopping = threading.Event()
        self.tries = {kind.__name__: 0 for kind in KINDS}
        self.idle = []
        self.threads = [threading.Thread(target=self.attack, args=(kind,)) for kind in KINDS]
        self.threads.append(threading.Thread(target=self.keep_idle))
        for thread in self.threads:
            thread.start()

    def attack(self, kind):
        while not self.stopping.wait(PAUSE_S):
            try:
                with socket.create_connection(self.place, timeout=1) as connection:
                    kind(connection)
                    self.tries[kind.__name__] += 1
                    connection.settimeout(0.05)
                    while connection.recv(4096):
                        pass
            except OSError:  # that it is thrown out is what it has to expect
                continue

    def keep_idle(self):
        """A thousand that say nothing; those that are closed come again."""
        while not self.stopping.wait(PAUSE_S):
            try:
                if len(self.idle) == IDLE:
                    self.idle.pop(0).close()
                self.idle.append(socket.create_connection(self.place, timeout=1))
            except OSError:
                continue

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        for connection in self.idle:
            connection.close()


if __name__ == "__main__":
    attack = Hostile(sys.argv[1], int(sys.argv[2]))
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        attack.stop()
