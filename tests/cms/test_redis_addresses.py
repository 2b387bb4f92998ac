import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection

from cms import embedded_redis, redis_addresses
from cms.redis_addresses import SentinelAddress


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_for(client: redis.Redis) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def sentinel_url(tmp_path: Path) -> Iterator[str]:
    """A server and a Sentinel that watches it as `paper`."""
    port, sentinel_port = free_ports(2)
    configuration = tmp_path / "sentinel.conf"
    configuration.write_text(
        f"port {sentinel_port}\ndir {tmp_path}\nsentinel monitor paper 127.0.0.1 {port} 1\n"
    )
    binary = embedded_redis.binary()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [
        subprocess.Popen([binary, "--port", str(port), "--save", "", "--dir", tmp_path], **quiet),
        subprocess.Popen([binary, str(configuration), "--sentinel"], **quiet),
    ]
    for place in (port, sentinel_port):
        with redis.Redis(port=place) as client:
            wait_for(client)
    yield f"sentinel://127.0.0.1:{sentinel_port}/paper/1"
    for process in processes:
        process.terminate()
        process.wait(10)


def test_counting_cache_and_broker_find_the_server_that_sentinel_names(sentinel_url):
    client = redis_addresses.connect(sentinel_url, socket_timeout=2, socket_connect_timeout=2)
    client.set("stand", 7)
    assert client.get("stand") == b"7"
    assert client.connection_pool.connection_kwargs["db"] == 1
    client.close()

    cache = RedisCache(
        [sentinel_url], {"OPTIONS": {"pool_class": "cms.redis_addresses.AddressPool"}}
    )
    cache.set("seite", "Titel")
    assert cache.get("seite") == "Titel"
    cache._cache.get_client().close()

    with Connection(
        redis_addresses.for_celery(sentinel_url),
        transport_options=redis_addresses.celery_options(sentinel_url),
    ) as broker:
        queue = broker.SimpleQueue("proof")
        queue.put("angekommen")
        assert queue.get(timeout=5).payload == "angekommen"
        queue.close()


def test_parts_of_a_sentinel_address():
    address = SentinelAddress.parse("sentinel://:ge%21heim@a.example:26379,[::1]:26380/paper/2")

    assert address == SentinelAddress(
        [("a.example", 26379), ("::1", 26380)], "paper", 2, "ge!heim"
    )


def test_sentinel_without_a_service_is_refused_in_a_sentence():
    with pytest.raises(ImproperlyConfigured, match="host:port,host:port/service"):
        SentinelAddress.parse("sentinel://a.example:26379")


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("redis://host:6379/2", "redis://host:6379/2"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("sentinel://a:1,b:2/paper", "sentinel://a:1/0;sentinel://b:2/0"),
    ],
)
def test_spelling_for_celery(url, spelling):
    assert redis_addresses.for_celery(url) == spelling


def test_long_path_gets_a_socket_elsewhere(tmp_path):
    assert redis_addresses.embedded_socket(Path("/srv/paper")) == Path("/srv/paper/redis.sock")

    far = redis_addresses.embedded_socket(tmp_path / ("x" * 100))

    assert len(str(far)) <= redis_addresses.SOCKET_PATH_LIMIT_BYTES
    assert far == redis_addresses.embedded_socket(tmp_path / ("x" * 100))
