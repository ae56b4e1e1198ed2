"""A real redis-server of its own on a free loopback port, stopped by its process id."""
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """Starts in `folder` and answers when the constructor returns; use as a context manager."""

    def __init__(self, folder, password=""):
        self.port = free_port()
        self.password = password
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        if password:
            options += ["--requirepass", password]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + 30
        while self.process.poll() is None:
            try:
                if self.command("PING") == "PONG":
                    return
            except OSError:
                pass
            if time.monotonic() > limit:
                break
            time.sleep(0.02)
        self.stop()
        raise RuntimeError("redis-server did not start")

    @property
    def uri(self):
        return f"redis://{':' + self.password + '@' if self.password else ''}127.0.0.1:{self.port}"

    def command(self, *words):
        """The answer as text; lists as lists."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            stream = connection.makefile("rwb")
            if self.password:
                self._ask(stream, "AUTH", self.password)
            return self._ask(stream, *words)

    def _ask(self, stream, *words):
        stream.write(b"*%d\r\n" % len(words))
        for word in words:
            raw = word if isinstance(word, bytes) else str(word).encode()
            stream.write(b"$%d\r\n%s\r\n" % (len(raw), raw))
        stream.flush()
        return self._answer(stream)

    def _answer(self, stream):
        line = stream.readline().rstrip(b"\r\n").decode()
        kind, rest = line[:1], line[1:]
        if kind == "-":
            raise RuntimeError(rest)
        if kind == "$":
            if rest == "-1":
                return None
            return stream.read(int(rest) + 2)[:-2].decode(errors="replace")
        if kind == "*":
            return [self._answer(stream) for _ in range(int(rest))]
        return int(rest) if kind == ":" else rest

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
