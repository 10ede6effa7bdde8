"""The data card says what is in the file, what holds and what does not, and nothing about anybody."""

from collections import Counter
from pathlib import Path

from chat.core.export.card import card_path, data_card
from chat.core.export.figures import figures_table, read_figures
from chat.core.export.wishes import Report, Wish

WISH = Wish(Path("/home/bob/of bob.jsonl"), anonymised=True, without=frozenset(["zelda"]))


def report(*conversations: tuple[str, ...]) -> Report:
    made = Report(7, 3, 1, replaced=Counter({"PLACE": 12}))
    for names in conversations:
        made.conversations[str(names)].update(names)
    return made


def test_counts_figures_and_limits() -> None:
    card = data_card(WISH, report(("alice", "bob"), ("alice", "bob", "carol", "dave", "zelda")))
    for words in (
        "| messages | 7 |",
        "| people | 5 |",
        "| messages left out | 3 |",
        "| `<PLACE_…>` | a place, or a part of a postal address | 12 |",
        "1 of 2 conversations have fewer than 5 people",
        "| 2 | 1 |",
        "It is not anonymous",
        "National Design Studio",
        figures_table(read_figures()),
    ):
        assert words in card


def test_no_small_group() -> None:
    assert "No conversation has fewer than 5 people." in data_card(WISH, report(tuple("abcde")))


def test_nobody_is_named() -> None:
    card = data_card(WISH, report(("alice", "bob", "zelda"))).lower()
    assert not [word for word in ("alice", "bob", "zelda", "/home") if word in card]


def test_it_lies_beside() -> None:
    assert card_path(Path("/x/chat.jsonl")) == Path("/x/chat.card.md")
