from analytics.conf import intake_conf


def test_what_is_set_holds_at_once(settings):
    before = intake_conf()
    settings.ANALYTICS_READER_LIMIT = before.reader_limit + 1
    settings.ANALYTICS_COUNTRY_HEADER = "CF-IPCountry"

    after = intake_conf()

    assert after == before._replace(
        reader_limit=before.reader_limit + 1, country_header="HTTP_CF_IPCOUNTRY"
    )
    assert intake_conf() is after
