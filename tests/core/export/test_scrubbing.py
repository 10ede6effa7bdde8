"""A scrubbed text: tags in place of what was found, and nothing known is left in it."""

from hypothesis import given
from hypothesis import strategies as st

from chat.core.export.known import Facts, Known, Person
from chat.core.export.pseudonyms import TAG, Pseudonyms
from chat.core.export.scrubbing import Scrubber
from tests.core.export.finders import FakeFinder

NAMES = ["bob", "al", "mary-jane", "4711", "person", "x"]
FACTS = Facts(["192.0.2.7", "2001:db8::1"], [5530], ["a11ce0ff"], ["photo.jpg", "/home/bob/x y", "ab"])
SECRETS = [*NAMES, "192.0.2.7", "2001:db8::1", "5530", "a11ce0ff", "photo.jpg", "/home/bob/x y", "ab", "Bobby"]


def scrubber() -> Scrubber:
    finder = FakeFinder(["Peter Lim"], ["bobsled"])
    known = Known([*map(Person, NAMES), Person("bob", ["Bobby"])], FACTS, finder.is_ordinary)
    return Scrubber(known, finder.find, Pseudonyms())


def test_a_sentence() -> None:
    text = "Bob's friend Peter Lim (bobby's too) went by bobsled to bob@example.org, PETER LIM"
    scrubbed = scrubber().scrub(text)
    one, two, three = TAG.findall(scrubbed.text)[:3]
    assert one == three != two
    assert (
        scrubbed.text
        == f"{one}'s friend {two} ({one}'s too) went by bobsled to {TAG.findall(scrubbed.text)[3]}, PETER LIM"
    )
    assert scrubbed.replaced == {"PERSON": 3, "EMAIL": 1}


def test_the_account_and_its_name_in_a_text_are_called_the_same() -> None:
    pseudonyms = Pseudonyms()
    made = Scrubber(Known([Person("bob", ["Bobby"])]), lambda _: (), pseudonyms).scrub("BOBBY").text
    assert made == f"<{pseudonyms.person('bob')}>"


def test_a_name_that_the_model_finds_is_called_the_same_with_an_s() -> None:
    made = Scrubber(Known([]), FakeFinder(["Lim's", "Lim"]).find, Pseudonyms())
    assert made.scrub("Lim").text == made.scrub("Lim's").text


def test_a_leak_is_noticed() -> None:
    made = scrubber()
    assert made.leaks("hello bob")
    assert not made.leaks("hello bobsled")
    assert not made.leaks(made.scrub("hello bob").text)
    assert made.leaks("<PERSON_12> person")


TEXTS = st.lists(st.one_of(st.sampled_from(SECRETS), st.text(), st.sampled_from(" _.-<>@/:s\u0338\u200b中é"))).map(
    "".join
)


@given(TEXTS)
def test_nothing_known_is_left_whatever_the_text(text: str) -> None:
    made = scrubber()
    assert not made.leaks(made.scrub(text).text)


@given(st.text(), st.sampled_from(["bob", "mary-jane", "192.0.2.7", "a11ce0ff", "/home/bob/x y"]), st.text())
def test_no_secret_is_left_letter_by_letter(before: str, secret: str, after: str) -> None:
    left = TAG.sub("", scrubber().scrub(f"{before}{secret}{after}").text)
    assert secret not in left.lower()
