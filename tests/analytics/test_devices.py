import pytest

from analytics.devices import Device, classify

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) "
)
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("user_agent", "classes"),
    [
        (WINDOWS + "Chrome/141.0.0.0 Safari/537.36", ("desktop", "Chrome", "Windows")),
        (WINDOWS + "Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", ("desktop", "Edge", "Windows")),
        (
            WINDOWS + "Chrome/140.0.0.0 Safari/537.36 OPR/125.0.0.0",
            ("desktop", "Opera", "Windows"),
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.6 Safari/605.1.15",
            ("desktop", "Safari", "macOS"),
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/118.0",
            ("desktop", "Firefox", "Linux"),
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/141.0.0.0 Safari/537.36",
            ("desktop", "Chrome", "ChromeOS"),
        ),
        (IPHONE + "Version/18.6 Mobile/15E148 Safari/604.1", ("mobile", "Safari", "iOS")),
        (IPHONE + "CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1", ("mobile", "Chrome", "iOS")),
        (IPHONE + "FxiOS/143.0 Mobile/15E148 Safari/605.1.15", ("mobile", "Firefox", "iOS")),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            ("tablet", "Safari", "iOS"),
        ),
        (ANDROID + "Chrome/141.0.0.0 Mobile Safari/537.36", ("mobile", "Chrome", "Android")),
        (ANDROID + "Chrome/141.0.0.0 Safari/537.36", ("tablet", "Chrome", "Android")),
        (
            ANDROID + "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            ("mobile", "Samsung Internet", "Android"),
        ),
        (
            IPHONE + "Mobile/15E148 [FBAN/FBIOS;FBAV/430.0.0.23.113;FBDV/iPhone13,2]",
            ("mobile", "App", "iOS"),
        ),
        (
            "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) "
            "76.0.3809.146/6.0 TV Safari/537.36",
            ("tv", "Safari", "Other"),
        ),
        ("something quite new", ("other", "Other", "Other")),
    ],
)
def test_classes_of_a_user_agent(user_agent, classes):
    assert classify(user_agent) == Device(*classes)
