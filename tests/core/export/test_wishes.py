"""What is reported: people and small conversations."""

from collections import Counter

from chat.core.export.wishes import SMALL_GROUP, Report


def test_people_and_small_groups() -> None:
    big = frozenset(str(number) for number in range(SMALL_GROUP))
    report = Report(conversations=Counter({frozenset("ab"): 9, frozenset("ac"): 1, frozenset("abc"): 1, big: 1}))
    assert report.people == 3 + SMALL_GROUP
    assert report.small == {2: 2, 3: 1}
    assert Report().people == 0
