"""Whatever a stranger calls a file, its safe form is harmless as a name on every system."""

import re
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chat.core.filenames import FALLBACK, MAX_BYTES, numbered, safe_name

# As Windows reads a name: what follows the first dot does not count, nor do spaces before it.
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"
}

nasty = st.text(
    st.sampled_from('/\\. ~-:*?"<>|\0\n\t\x7f\x85\u202e\u200d\u2028\ufeff\ud800\U000e0041aA1é\u0301😀conulx')
)
any_name = st.one_of(st.text(st.characters()), nasty, st.lists(nasty | st.text()).map(".".join))


@given(any_name)
@example("con .txt")
@example("con. .txt")
@example("CON" + " ." * 150 + ".txt")
@example("e\u200d\u0301")  # the joiner between them is taken out, and what it parted comes together
@example("a" * 190 + " ." + "b" * 300)
@example("a" * 195 + "😀.txt")
@example("." * 300 + "txt")
@example("~" * 300)
def test_the_safe_form_of_any_text_is_safe(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe.encode()) <= MAX_BYTES
    assert not set(safe) & set('/\\<>:"|?*\0')
    assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in safe)
    assert safe[0] not in ".-~ "
    assert safe[-1] not in ". "
    assert safe.partition(".")[0].rstrip(" ").casefold() not in DEVICES
    assert safe_name(safe) == safe


@given(any_name, st.integers(1, 9999))
def test_every_numbered_form_of_it_is_as_safe(name: str, number: int) -> None:
    form = numbered(safe_name(name), number)
    assert len(form.encode()) <= 255
    assert "/" not in form
    assert form[0] not in ".-~ "
    assert form[-1] not in ". "
    assert form.partition(".")[0].rstrip(" ").casefold() not in DEVICES


@given(any_name, st.text("abcXYZ019", min_size=1, max_size=16))
def test_the_ending_is_kept(stem: str, ending: str) -> None:
    assume(re.search(r"[a-z0-9]", stem.replace("\\", "/").rpartition("/")[2]))
    assert safe_name(f"{stem}.{ending}").endswith(f".{ending}")


@given(st.text("abcdefgXYZ0123456789 _éñ😀", min_size=1, max_size=20), st.sampled_from(["jpg", "tar.gz", "c++"]))
def test_an_ordinary_name_stays_as_it_is(stem: str, ending: str) -> None:
    name = f"{' '.join(stem.split()) or 'x'}.{ending}"
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\bob\\photo.jpg", "photo.jpg"),
        ("/", FALLBACK),
        ("..", FALLBACK),
        ("", FALLBACK),
        ("...", FALLBACK),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("~root", "root"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\0b\nc.txt", "abc.txt"),
        ("what? me: <b>.txt", "what_ me_ _b_.txt"),
        ("  many   spaces .txt ", "many spaces .txt"),
        ("nul", "_nul"),
        ("COM1.log", "_COM1.log"),
        ("com¹.log", "_com¹.log"),
        ("aux .h", "_aux .h"),
        ("auxiliary.h", "auxiliary.h"),
        ("e\u0301té.txt", "été.txt"),
        ("x" * 300 + ".tar.gz", "x" * 197 + ".gz"),
        ("x" * 300, "x" * 200),
        ("é" * 300 + ".jpeg", "é" * 97 + ".jpeg"),
        ("name." + "e" * 300, "name." + "e" * 195),
        ("x" * 300 + "." + "e" * 16, "x" * 183 + "." + "e" * 16),
        ("x" * 300 + "." + "e" * 17, "x" * 200),
        ("x" * 195 + " y.txt", "x" * 195 + ".txt"),
        ("x" * 199 + "." + "y" * 40, "x" * 199),
        ("a\u2028b\u2029c", "abc"),
        ("\ud800.txt", "txt"),
    ],
)
def test_examples(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_numbers_go_before_the_ending() -> None:
    assert [numbered("photo.jpg", number) for number in (1, 2, 10)] == ["photo.jpg", "photo (2).jpg", "photo (10).jpg"]
    assert numbered("README", 2) == "README (2)"
    assert numbered("a." + "b" * 40, 2) == "a." + "b" * 40 + " (2)"
