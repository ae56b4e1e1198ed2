"""Stands before a server and cuts connections."""
import random
import socket
import threading


class CuttingRelay:
    """To the server at 127.0.0.1:`port`. Each connection is cut after at most `most_bytes` of what it sends, drawn evenly from
    `seed`; 0: never. One in which `forbidden` goes by is cut before that reaches the server, as a filter would."""

    def __init__(self, port, most_bytes=0, seed=1, forbidden=None):
        self.to, self.most_bytes, self.forbidden = port, most_bytes, forbidden
        self.dice = random.Random(seed)
        self.cuts = 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.uri = f"redis://127.0.0.1:{self.listening.getsockname()[1]}"
        self.accepting = threading.Thread(target=self._accept)
        self.accepting.start()

    def stop(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.accepting.join()
        self.listening.close()

    def _accept(self):
        passing = []
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                break
            left = self.dice.randint(0, self.most_bytes) if self.most_bytes else None
            passing.append((near, threading.Thread(target=self._pass, args=(near, left))))
            passing[-1][1].start()
        for near, thread in passing:
            self._cut(near)
            thread.join()

    def _pass(self, near, left):
        with near, socket.create_connection(("127.0.0.1", self.to)) as far:
            back = threading.Thread(target=self._copy, args=(far, near, None))
            back.start()
            self._copy(near, far, left)
            self._cut(near)
            self._cut(far)
            back.join()

    def _copy(self, source, sink, left):
        """Ends with the connection, or once `left` bytes have gone by."""
        try:
            while piece := source.recv(1 << 16):
                if self.forbidden and self.forbidden in piece:
                    break
                if left is not None:
                    piece, left = piece[:left], left - len(piece)
                sink.sendall(piece)
                if left is not None and left <= 0:
                    break
            else:
                self._cut(sink)
                return
            self.cuts += 1
        except OSError:
            pass

    @staticmethod
    def _cut(connection):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
