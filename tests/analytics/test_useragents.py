from analytics.useragents import MAX_LENGTH, Remembered


def test_work_is_done_once_and_the_oldest_answer_goes_first():
    asked = []
    remembered = Remembered(lambda text: asked.append(text) or text.upper(), limit=2)

    assert [remembered(text) for text in "aabca"] == ["A", "A", "B", "C", "A"]
    assert asked == ["a", "b", "c", "a"]
    assert len(remembered.answers) == 2


def test_long_texts_are_cut():
    assert Remembered(len)("x" * 10_000) == MAX_LENGTH
