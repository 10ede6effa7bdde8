"""What is reported: people and small conversations."""

from chat.core.export.wishes import SMALL_GROUP, Report


def test_people_and_small_groups() -> None:
    big = [str(number) for number in range(SMALL_GROUP)]
    report = Report()
    for name, people in enumerate((["a", "b"], ["a", "c"], ["a", "b", "c"], big)):
        report.conversations[str(name)].update(people)
    assert report.people == 3 + SMALL_GROUP
    assert report.small == {2: 2, 3: 1}
    assert Report().people == 0
