"""stream_redis.py PORT COUNT: as many 100-byte entries, then redis-py reads and acknowledges them a thousand at a time;
prints how many a second."""
import sys
import time

import redis

PAGE = 1000


def fill(client, count):
    for begin in range(0, count, PAGE):
        pipeline = client.pipeline(transaction=False)
        for _ in range(min(PAGE, count - begin)):
            pipeline.xadd("py", {"payload": b"x" * 100})
        pipeline.execute()
    client.xgroup_create("py", "g", id="0")


def consume(client):
    acked = 0
    while found := client.xreadgroup("g", "c", {"py": ">"}, count=PAGE):
        acked += client.xack("py", "g", *(entry for entry, _ in found[0][1]))
    return acked


def main():
    port, count = map(int, sys.argv[1:])
    client = redis.Redis(port=port)
    fill(client, count)
    begin = time.perf_counter()
    if (acked := consume(client)) != count:
        sys.exit(f"only {acked} were acknowledged")
    print(count / (time.perf_counter() - begin))


if __name__ == "__main__":
    main()
