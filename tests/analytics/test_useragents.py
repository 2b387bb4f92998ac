from analytics.useragents import Remembered


def test_work_is_done_once_and_the_oldest_answer_goes_first():
    asked = []
    remembered = Remembered(lambda text: asked.append(text) or text.upper(), limit=2)

    assert [remembered(text) for text in "aabca"] == ["A", "A", "B", "C", "A"]
    assert asked == ["a", "b", "c", "a"]
    assert len(remembered.answers) == 2


def test_what_the_question_stands_for_is_handed_on():
    remembered = Remembered(lambda number, text: text[number], limit=2)

    assert [remembered(1, "abc"), remembered(1, "abc"), remembered(2, "abc")] == ["b", "b", "c"]
