"""Celery's side: a task that does nothing, acknowledged once it is done, on the Redis that REDIS_URL names."""
import os

import celery

app = celery.Celery("celery_tasks", broker=os.environ["REDIS_URL"])
app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1000,
                worker_hijack_root_logger=False)


@app.task
def noop(payload):
    pass


def fill(count):
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(count):
            noop.apply_async(("x" * 100,), producer=producer)
