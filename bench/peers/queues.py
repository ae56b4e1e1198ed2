"""How fast the workers of Celery and Sidekiq empty a queue that is full when they start."""
import os
import pathlib
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for
LIMIT_S = 300


class Celery:
    """The pool that is the fastest with a task that does nothing."""
    count = 6_000
    fill = [PYTHON, "-c", f"import celery_tasks; celery_tasks.fill({count})"]
    worker = [PYTHON, "-m", "celery", "-A", "celery_tasks", "worker", "-P", "solo", "--without-gossip", "--without-mingle",
              "--without-heartbeat", "-l", "WARNING"]

    @staticmethod
    def left(server):
        return server.command("LLEN", "celery") + server.command("HLEN", "unacked")


class Sidekiq:
    count = 50_000
    fill = ["ruby", "-r", "./sidekiq_jobs.rb", "-e", f"fill({count})"]
    worker = ["sidekiq", "-r", "./sidekiq_jobs.rb", "-c", "10"]

    @staticmethod
    def left(server):
        return server.command("LLEN", "queue:default")


def rate(queue, server, prefix):
    """Jobs a second, from when a twentieth is done, so that starting does not count."""
    environment = {**os.environ, "REDIS_URL": f"redis://127.0.0.1:{server.port}/0", "C_FORCE_ROOT": "1",
                   "PYTHONDONTWRITEBYTECODE": "1"}
    common = {"cwd": HERE, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(queue.fill, check=True, **common)
    worker = subprocess.Popen([*prefix, *queue.worker], **common)
    try:
        begin, at_begin = reached(queue, server, worker, queue.count * 19 // 20)
        end, at_end = reached(queue, server, worker, 0)
        return (at_begin - at_end) / (end - begin)
    finally:
        worker.terminate()
        worker.wait()


def reached(queue, server, worker, goal):
    """When no more than that were left, and how many there were."""
    limit = time.monotonic() + LIMIT_S
    while (left := queue.left(server)) > goal:
        if worker.poll() is not None or time.monotonic() > limit:
            raise RuntimeError(f"{queue.worker[0]} leaves {left} of {queue.count} jobs")
        time.sleep(0.02)
    return time.perf_counter(), left
