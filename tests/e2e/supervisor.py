"""Starts a process again whenever it ends, as systemd and Kubernetes do."""
import threading


class Supervisor:
    """`start` makes the process; `ended` are those before the one that runs."""

    def __init__(self, start):
        self.start = start
        self.ended = []
        self.stopping = False
        self.lock = threading.Lock()
        self.process = start()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while True:
            self.process.wait()
            with self.lock:
                if self.stopping:
                    return
                self.ended.append(self.process)
                self.process = self.start()

    def kill(self):
        """True when it was alive: its end is that of the signal then."""
        with self.lock:
            alive = self.process.poll() is None
            if alive:
                self.process.kill()
        return alive

    def stop(self, patience_s=120):
        """The last one is told to end, once, and killed when it does not; its exit code."""
        with self.lock:
            first, self.stopping = not self.stopping, True
        if first and self.process.poll() is None:
            self.process.terminate()
        self.thread.join(patience_s)
        self.process.kill()
        self.thread.join()
        return self.process.returncode
