"""A real redis-server of its own on a free loopback port, stopped by its process id."""
import pathlib
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """Starts in `folder` and answers when the constructor returns; use as a context manager. A durable one has on disk
    what it has answered, so that kill() and start() lose nothing of it. With a `prefix` its command runs elsewhere, say in
    a network namespace where `host` is its address; the test itself talks to it over a Unix socket."""

    def __init__(self, folder, password="", durable=False, host="127.0.0.1", prefix=()):
        self.host, self.port = host, free_port()
        self.password = password
        self.socket = str(pathlib.Path(folder) / "redis.sock")
        self.command_line = [*prefix, "redis-server", "--port", str(self.port), "--bind", host, "--unixsocket", self.socket,
                             "--protected-mode", "no", "--save", "", "--dir", str(folder), "--appendonly",
                             "yes" if durable else "no", "--appendfsync", "always"]
        if password:
            self.command_line += ["--requirepass", password]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command_line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + 30
        while self.process.poll() is None:
            try:
                if self.command("PING") == "PONG":
                    return
            except (OSError, RuntimeError):  # not there yet, or still loading
                pass
            if time.monotonic() > limit:
                break
            time.sleep(0.02)
        self.stop()
        raise RuntimeError("redis-server did not start")

    def kill(self):
        """As a crash: nothing is said to anybody."""
        self.process.kill()
        self.process.wait()

    @property
    def uri(self):
        return f"redis://{':' + self.password + '@' if self.password else ''}{self.host}:{self.port}"

    def connect(self):
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(10)
        try:
            made.connect(self.socket)
        except OSError:
            made.close()
            raise
        return made

    def command(self, *words):
        """The answer as text; lists as lists."""
        with self.connect() as connection:
            stream = connection.makefile("rwb")
            if self.password:
                self._ask(stream, "AUTH", self.password)
            return self._ask(stream, *words)

    def add_numbers(self, key, numbers):
        """An entry each of a stream."""
        self.run_all(["XADD", key, "*", "payload", number] for number in numbers)

    def run_all(self, commands):
        """In one write; all are done, and on the disk of a durable server, when this returns."""
        commands = list(commands)
        with self.connect() as connection:
            stream = connection.makefile("rwb")
            for words in commands:
                self._write(stream, *words)
            stream.flush()
            for _ in commands:
                self._answer(stream)

    def unsettled(self, key="s", group="g"):
        """How many entries of a stream from which none was deleted the group has not read, or not acknowledged."""
        for row in self.command("XINFO", "GROUPS", key):
            facts = dict(zip(row[::2], row[1::2]))
            if facts["name"] == group:
                return facts["lag"] + facts["pending"]
        raise LookupError(f"{key} has no group {group}")

    def _ask(self, stream, *words):
        self._write(stream, *words)
        stream.flush()
        return self._answer(stream)

    def _write(self, stream, *words):
        stream.write(b"*%d\r\n" % len(words))
        for word in words:
            raw = word if isinstance(word, bytes) else str(word).encode()
            stream.write(b"$%d\r\n%s\r\n" % (len(raw), raw))

    def _answer(self, stream):
        line = stream.readline().rstrip(b"\r\n").decode()
        if not line:
            raise ConnectionError("the server hung up")
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
