"""A relay between a task process and its topology that can stop carrying anything without closing a connection."""
import socket
import threading


class Relay:
    def __init__(self, port):
        self.target = port
        self.connections = 0
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", 0))
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
                threading.Thread(target=self.carry, args=(source, sink, swallowed), daemon=True).start()

    @staticmethod
    def carry(source, sink, swallowed):
        try:
            while data := source.recv(65536):
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

    def close(self):
        self.listener.close()
        for near, far, _ in self.open:
            near.close()
            far.close()
