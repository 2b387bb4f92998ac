import hashlib
import time

from home.demo import people, pictures

SCATTERED = {"hafen", "sturmflut", "bibliothek"}


def portraits() -> list[pictures.Picture]:
    return [pictures.portrait(who.slug, who.name, **who.look) for who in people.BYLINES]


def test_pictures_are_the_same_on_every_drawing() -> None:
    # those that use chance most
    chosen = [picture for picture in pictures.PICTURES if picture.name in SCATTERED]
    for picture in [*chosen, portraits()[0]]:
        first = hashlib.sha256(picture.draw().tobytes()).hexdigest()
        assert hashlib.sha256(picture.draw().tobytes()).hexdigest() == first, picture.name


def test_all_pictures_take_less_than_ten_seconds_of_work() -> None:
    started = time.process_time()

    sizes = {picture.draw().size for picture in [*pictures.PICTURES, *portraits()]}

    assert sizes == {(1600, 900), (800, 800)}
    assert time.process_time() - started < 10


def test_every_picture_says_what_it_shows_and_who_made_it() -> None:
    for picture in pictures.PICTURES:
        assert picture.description.startswith("Illustration: "), picture.name
        assert len(picture.description) <= 250, picture.name
        assert picture.caption, picture.name
        assert picture.creator, picture.name
    assert len({picture.name for picture in pictures.PICTURES}) == len(pictures.PICTURES)
