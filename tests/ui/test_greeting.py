"""What a start begins with."""

from chat.ui.greeting import FIRST_STEPS, greeting


def test_who_is_new_gets_three_lines() -> None:
    assert greeting({("bob",): 1}, is_new=True) == [FIRST_STEPS]
    assert FIRST_STEPS.count("\n") == 2
    assert all(len(line) <= 80 for line in FIRST_STEPS.split("\n"))


def test_others_hear_what_is_unread() -> None:
    assert greeting({}, is_new=False) == []
    assert greeting({("bob",): 2, ("bob", "carol"): 1}, is_new=False) == [
        "3 unread: bob 2, bob,carol 1. Alt-A turns to the next."
    ]
