"""How many messages a second the SQS server of the benches hands out and deletes: a consumer's limit is not its own.

    python bench/sqs_ceiling.py [MESSAGES]

The server runs in a process of its own. Prints JSON: `raw` over keep-alive sockets without an SDK (the ceiling), boto3
with one thread and with four, and both sides' share of a core while boto3 follows a load of 1,000 messages a second.
Every round fails unless all that was put was received and deleted, once, with the right MD5 in the first round.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the file can be run by its path

from bench.sqs_running import Running, ask, in_process, loaded

Json = dict[str, Any]
GOAL, MESSAGES, ROUNDS, CONNECTIONS = 5000, 40_000, 5, 4
RATE, SECONDS = 1000, 10
_HANDLE = re.compile(rb'"ReceiptHandle":"([^"]+)"')
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_HEAD = (
    "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.0\r\n"
    "X-Amz-Target: AmazonSQS.{operation}\r\nContent-Length: {length}\r\n\r\n"
)


def load(server: Running, rate: float, count: int) -> None:
    """Begin to put so many messages."""
    ask(server, "/bench/load", {"rate": rate, "seconds": count / rate, "root_share": 0.01, "accounts": 1000})


class Raw:
    """One keep-alive connection that receives and deletes by turns, without an SDK."""

    def __init__(self, server: Running) -> None:
        """Connect and ask for messages."""
        address = urlsplit(server.endpoint)
        self._host, self._url = address.netloc, f"{server.endpoint}/000000000000/events"
        self._socket = socket.create_connection((address.hostname, address.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.receive()

    def receive(self) -> None:
        """Ask for ten messages, with what a consumer wants to know of them."""
        names = ["SentTimestamp", "ApproximateReceiveCount"]
        self._send("ReceiveMessage", {"MaxNumberOfMessages": 10, "MessageSystemAttributeNames": names})
        self.deletes = False

    def delete(self, handles: list[bytes]) -> None:
        """Ask to delete messages."""
        entries = [{"Id": str(n), "ReceiptHandle": handle.decode()} for n, handle in enumerate(handles)]
        self._send("DeleteMessageBatch", {"Entries": entries})
        self.deletes = True

    def _send(self, operation: str, asked: Json) -> None:
        body = json.dumps({"QueueUrl": self._url, **asked})
        self._socket.sendall((_HEAD.format(host=self._host, operation=operation, length=len(body)) + body).encode())

    def answer(self) -> bytes:
        """Read one whole answer and return its body."""
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        if not data.startswith(b"HTTP/1.1 200 ") or (length := _LENGTH.search(data, 0, end)) is None:
            raise RuntimeError(f"the server said {bytes(data[:200])!r}")
        while len(data) < end + 4 + int(length[1]):
            data += self._more()
        return bytes(data[end + 4 :])

    def _more(self) -> bytes:
        part = self._socket.recv(262_144)
        if not part:
            raise RuntimeError("the server closed the connection")
        return part

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def drain_raw(server: Running, look: Callable[[bytes], None] | None = None) -> int:
    """Receive and delete until the queue is empty; return how many messages there were."""
    connections, count = [Raw(server) for _ in range(CONNECTIONS)], 0
    while connections:
        for one in list(connections):
            body = one.answer()
            if one.deletes:
                one.receive()
            elif handles := _HANDLE.findall(body):
                count += len(handles)
                if look is not None:
                    look(body)
                one.delete(handles)
            else:
                one.close()
                connections.remove(one)
    return count


def check(body: bytes) -> None:
    """Fail if a message's MD5 is not that of its body."""
    for message in json.loads(body)["Messages"]:
        assert hashlib.md5(message["Body"].encode()).hexdigest() == message["MD5OfBody"], message


def drain_boto3(server: Running, threads: int, until: Callable[[int], bool]) -> int:
    """Receive and delete with a boto3 client a thread, until a receive is empty and `until` (of the count) says so."""
    counts = [0] * threads
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            client = boto3.session.Session().client(
                "sqs", "us-east-1", endpoint_url=server.endpoint, aws_access_key_id="x", aws_secret_access_key="x"
            )
            url = client.get_queue_url(QueueName="events")["QueueUrl"]
            names = ["SentTimestamp", "ApproximateReceiveCount"]
            wanted: Json = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageSystemAttributeNames": names}
            while True:
                found = client.receive_message(**wanted, WaitTimeSeconds=1).get("Messages", [])
                if not found and until(sum(counts)):
                    return
                if found:
                    entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(found)]
                    assert not client.delete_message_batch(QueueUrl=url, Entries=entries).get("Failed")
                    counts[number] += len(found)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for the thread
            errors.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if errors:
        raise errors[0]
    return sum(counts)


def measured(server: Running, count: int, drain: Callable[[], int], idle: float = 0.0) -> Json:
    """Drain once; return messages a second and both sides' share of a core. `idle` seconds at the end do not count."""
    before, cpu = ask(server, "/bench/stats"), time.process_time()
    got = drain()
    used, after = time.process_time() - cpu, ask(server, "/bench/stats")
    queue = after["queues"]["events"]
    assert got == count == queue["deleted"] == queue["received"], (got, count, queue)
    assert queue["in_flight"] == queue["waiting"] == queue["redelivered"] == 0, queue
    seconds = after["clock_seconds"] - before["clock_seconds"] - idle
    served = after["cpu_seconds"] - before["cpu_seconds"]
    return {
        "messages_per_s": round(count / seconds),
        "server_core_share": round(served / seconds, 3),
        "client_core_share": round(used / seconds, 3),
        "server_us_per_message": round(served / count * 1e6, 1),
        "client_us_per_message": round(used / count * 1e6, 1),
    }


def rounds(server: Running, count: int, times: int, drain: Callable[[], int], idle: float = 0.0) -> Json:
    """Fill the queue and drain it so many times; return the median of each figure."""
    found = []
    for _ in range(times):
        ask(server, "/bench/reset", {})
        load(server, 1e9, count)
        loaded(server)
        found.append(measured(server, count, drain, idle))
    return {name: statistics.median(one[name] for one in found) for name in found[0]} | {"rounds": times}


def followed(server: Running) -> Json:
    """Let boto3 follow an even load; return both sides' share of a core."""
    ask(server, "/bench/reset", {})
    load(server, RATE, RATE * SECONDS)
    found = measured(server, RATE * SECONDS, lambda: drain_boto3(server, 1, lambda got: got == RATE * SECONDS), 1.0)
    return found | {"late_max_ms": loaded(server)["late_max_ms"]}


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    few = max(10, count // 4)
    with in_process() as server:
        load(server, 1e9, few)
        loaded(server)
        sizes: list[int] = []

        def look(body: bytes) -> None:
            check(body)
            sizes.extend(len(message["Body"].encode()) for message in json.loads(body)["Messages"])

        drain_raw(server, look)
        raw = rounds(server, count, ROUNDS, lambda: drain_raw(server))
        found = {
            "messages": count,
            "body_bytes_mean": round(statistics.mean(sizes)),
            "raw": raw,
            "boto3_1_thread": rounds(server, few, 3, lambda: drain_boto3(server, 1, lambda _: True), 1.0),
            "boto3_4_threads": rounds(server, few, 3, lambda: drain_boto3(server, 4, lambda _: True), 1.0),
            "boto3_following_1000_per_s": followed(server),
            "goal_messages_per_s": GOAL,
            "goal_met": raw["messages_per_s"] >= GOAL,
        }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
