import pytest

from cms.proxies import SAID_BY_PROXIES, WAS_PASSED_ON, TrustedProxies


def seen_by_django(proxies: list[str], **environ: str) -> dict[str, object]:
    seen: dict[str, object] = {}
    application = TrustedProxies(lambda env, start: seen.update(env) or [], proxies=proxies)
    application(dict(environ), lambda *answer: None)
    return seen


@pytest.mark.parametrize(
    ("proxies", "address", "is_believed"),
    [
        ([], "127.0.0.1", False),
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.1"], "::ffff:127.0.0.1", True),
        (["10.0.0.0/8", "fd00::/8"], "10.2.3.4", True),
        (["10.0.0.0/8", "fd00::/8"], "fd00::7", True),
        (["10.0.0.0/8"], "192.0.2.1", False),
        (["10.0.0.0/8"], "", False),
        (["10.0.0.0/8"], "ein Name", False),
    ],
)
def test_only_named_proxies_are_believed(proxies, address, is_believed):
    said = dict.fromkeys(SAID_BY_PROXIES, "x")

    seen = seen_by_django(proxies, REMOTE_ADDR=address, **said)

    assert {name in seen for name in said} == {is_believed}
    assert seen[WAS_PASSED_ON] is True


def test_who_asks_directly_is_left_alone():
    assert seen_by_django([], REMOTE_ADDR="192.0.2.1", HTTP_HOST="a") == {
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "a",
    }
