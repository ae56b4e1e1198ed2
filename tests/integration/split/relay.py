"""A relay between a task process and its topology that can be slow, or stop carrying anything without closing a connection."""
import socket
import threading
import time

BUFFER = 16384  # of the system, where a slow relay must not hide what it has not carried


class Relay:
    def __init__(self, port, bytes_per_second=None):
        """With bytes_per_second, what the task process says is slow; what it is told is not."""
        self.target = port
        self.rate = bytes_per_second
        self.connections = 0
        self.open = []
        self.told = 0  # bytes that task processes were sent
        self.flowing = threading.Event()
        self.flowing.set()
        self.listener = socket.socket()
        if self.rate is not None:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)  # its connections have it too
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            swallowed = threading.Event()
            self.open.append((near, far, swallowed))
            self.connections += 1
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(source, sink, swallowed, source is near), daemon=True).start()

    def carry(self, source, sink, swallowed, from_task):
        slow = from_task and self.rate is not None
        try:
            while data := source.recv(4096 if slow else 65536):
                if slow:
                    time.sleep(len(data) / self.rate)
                if from_task:
                    self.flowing.wait()
                else:
                    self.told += len(data)
                if not swallowed.is_set():
                    sink.sendall(data)
        except OSError:
            pass
        if not swallowed.is_set():  # otherwise the end is swallowed too
            for one in (source, sink):
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def swallow(self):
        """From now on nothing of the present connections arrives; later ones are carried."""
        for _, _, swallowed in self.open:
            swallowed.set()

    def stall(self):
        """From now on nothing more is read from task processes; what they are told is carried."""
        self.flowing.clear()

    def close(self):
        self.flowing.set()
        self.listener.close()
        for near, far, _ in self.open:
            near.close()
            far.close()
