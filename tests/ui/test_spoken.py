"""A voice message's words as one line."""

import pytest

from chat.ui.spoken import MAX_CHARS, duration, spoken


def test_words_length_and_confidence() -> None:
    assert spoken(12, text="Hello.", seconds=4.6) == "#12 (0:05) Hello."
    assert spoken(12, text="Hello.", seconds=65.0, confidence=0.927) == "#12 (1:05, 93 % sure) Hello."


def test_without_words_it_says_why() -> None:
    assert spoken(12, text="", seconds=4.6, error="no speech found") == "#12 (0:05) no speech found"
    assert spoken(12, text="", seconds=0.0, error="It is damaged.") == "#12 no transcript: It is damaged."
    assert spoken(12, text="", seconds=0.0) == "#12 …"


def test_a_long_one_is_cut_between_words_unless_it_is_asked_for() -> None:
    text = "twelve words " * 600
    shown = spoken(7, text=text, seconds=3600.0)
    assert len(shown) < MAX_CHARS + 60
    kept, _, rest = shown.partition(" … ")
    assert rest == f"{1200 - (len(kept.split()) - 2):,} words more: /transcript 7"
    assert spoken(7, text=text, seconds=3600.0, whole=True) == f"#7 (1:00:00) {text}"
    assert "…" in spoken(7, text="x" * 1000, seconds=1.0)


def test_what_an_engine_or_a_file_said_is_inert() -> None:
    for shown in (spoken(1, text="a\x1b[31mb", seconds=1.0), spoken(1, text="", seconds=0.0, error="a\x1b]0;x\x07")):
        assert "\x1b" not in shown
        assert "\x07" not in shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0:00"), (7, "0:07"), (725, "12:05"), (3599.7, "1:00:00"), (10_800, "3:00:00")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
