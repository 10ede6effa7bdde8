"""Trust on first use, then pin."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from chat.core.journal import Refusal
from chat.core.trust import KeyChanged, meet, note_shown_key, revoke, safety_number, trust
from chat.errors import TrustError, UserError
from chat.net.certificates import Identity, fingerprint, group
from db.connection import Connection, transaction
from db.users import User, find_user, update_user
from tests.core.memory import in_memory
from tests.db.rows import number

T = TypeVar("T")

BOB = Identity("bob", "b0b", number(1, 32))
OTHER_BOB = Identity("bob", "b0b", number(2, 32))
THIRD_BOB = Identity("bob", "b0b", number(3, 32))
ALICE = Identity("alice", "a11ce", number(4, 32))


class Book:
    """Alice's people."""

    def __init__(self) -> None:
        self.line = in_memory()

    def do(self, job: Callable[[Connection], T]) -> T:
        with transaction(self.line) as tx:
            return job(tx)

    def meet(self, identity: Identity) -> None:
        self.do(lambda tx: meet(tx, identity))

    def met_with_another_key(self, identity: Identity = OTHER_BOB) -> KeyChanged:
        """What is raised; it has been shown then."""
        with pytest.raises(KeyChanged) as raised:
            self.meet(identity)
        self.do(lambda tx: note_shown_key(tx, identity))
        return raised.value

    def trust(self, number: str) -> None:
        self.do(lambda tx: trust(tx, "bob", number))

    @property
    def bob(self) -> User | None:
        return find_user(self.line, "bob")

    @property
    def pinned(self) -> bytes:
        return self.bob.public_key if self.bob else b""


@pytest.fixture
def book() -> Book:
    return Book()


# The first key, and another one


def test_the_first_key_met_is_pinned(book: Book) -> None:
    book.meet(BOB)
    assert book.bob is not None
    assert (book.bob.public_key, book.bob.peer_id) == (BOB.public_key, BOB.peer_id)
    assert not book.bob.contact
    book.meet(BOB)


def test_also_of_someone_who_was_added_before(book: Book) -> None:
    update_user(book.line, "bob", contact=1, peer_id="b0b")
    book.meet(BOB)
    assert book.pinned == BOB.public_key
    assert book.bob is not None
    assert book.bob.contact


def test_a_new_id_with_the_same_key_is_noted(book: Book) -> None:
    book.meet(BOB)
    book.meet(Identity("bob", "b0b2", BOB.public_key))
    assert book.bob is not None
    assert book.bob.peer_id == "b0b2"


def test_another_key_is_refused_and_changes_nothing(book: Book) -> None:
    book.meet(BOB)
    before = book.bob
    with pytest.raises(KeyChanged):
        book.meet(OTHER_BOB)
    assert book.bob == before
    book.meet(BOB)


def test_what_is_told_has_the_command_to_type(book: Book) -> None:
    book.meet(BOB)
    change = book.met_with_another_key()
    number = fingerprint(OTHER_BOB.public_key)
    assert isinstance(change, TrustError)
    assert change.identity == OTHER_BOB
    assert str(change).endswith(f"if it is {group(number)}, type /trust bob {number}")


def test_each_other_key_is_news_once(book: Book) -> None:
    book.meet(BOB)
    assert book.met_with_another_key(OTHER_BOB).is_new
    assert not book.met_with_another_key(OTHER_BOB).is_new
    assert book.met_with_another_key(THIRD_BOB).is_new
    assert not book.met_with_another_key(THIRD_BOB).is_new


def test_the_key_stays_pinned_when_the_person_is_removed(book: Book) -> None:
    book.meet(BOB)
    update_user(book.line, "bob", contact=0)
    book.met_with_another_key()


def test_nobody_who_is_blocked_is_met_whatever_the_key(book: Book) -> None:
    update_user(book.line, "bob", blocked=1)
    for identity in (BOB, OTHER_BOB):
        with pytest.raises(Refusal, match=r"^bob is blocked\.$"):
            book.meet(identity)
    assert book.pinned == b""


# /trust


def test_it_takes_exactly_the_key_that_was_shown(book: Book) -> None:
    book.meet(BOB)
    update_user(book.line, "bob", verified=1)
    book.met_with_another_key()
    book.trust(fingerprint(OTHER_BOB.public_key))
    assert book.pinned == OTHER_BOB.public_key
    assert book.bob is not None
    assert not book.bob.verified
    book.meet(OTHER_BOB)
    assert book.met_with_another_key(BOB).is_new  # the former one is another one now


@pytest.mark.parametrize("form", [str.upper, group, lambda text: f" {text} "])
def test_however_it_is_written(book: Book, form: Callable[[str], str]) -> None:
    book.meet(BOB)
    book.met_with_another_key()
    book.trust(form(fingerprint(OTHER_BOB.public_key)))
    assert book.pinned == OTHER_BOB.public_key


@pytest.mark.parametrize("wrong", [BOB.public_key, THIRD_BOB.public_key])
def test_no_other_key_is_taken(book: Book, wrong: bytes) -> None:
    book.meet(BOB)
    book.met_with_another_key()
    with pytest.raises(UserError, match=f"not the fingerprint .* {fingerprint(OTHER_BOB.public_key)}"):
        book.trust(fingerprint(wrong))
    with pytest.raises(UserError, match="not the fingerprint"):
        book.trust(fingerprint(OTHER_BOB.public_key)[:-1])
    assert book.pinned == BOB.public_key


def test_a_key_that_came_after_the_one_compared_is_not_taken_for_it(book: Book) -> None:
    book.meet(BOB)
    book.met_with_another_key(OTHER_BOB)
    book.met_with_another_key(THIRD_BOB)
    with pytest.raises(UserError, match="not the fingerprint"):
        book.trust(fingerprint(OTHER_BOB.public_key))
    assert book.pinned == BOB.public_key


@pytest.mark.parametrize("known", [True, False])
def test_without_one_that_was_shown_there_is_none_to_trust(book: Book, known: bool) -> None:
    if known:
        book.meet(BOB)
    with pytest.raises(UserError, match="No other key of bob was shown"):
        book.trust(fingerprint(BOB.public_key))


def test_it_counts_once(book: Book) -> None:
    book.meet(BOB)
    book.met_with_another_key()
    book.trust(fingerprint(OTHER_BOB.public_key))
    with pytest.raises(UserError, match="No other key"):
        book.trust(fingerprint(OTHER_BOB.public_key))


# Keys that are void


def test_a_void_key_is_refused(book: Book) -> None:
    book.meet(BOB)
    update_user(book.line, "bob", verified=1)
    book.do(lambda tx: revoke(tx, "bob", BOB.public_key))
    with pytest.raises(Refusal, match=r"^That key of bob is void\.$"):
        book.meet(BOB)
    assert book.bob is not None
    assert not book.bob.verified


def test_the_key_after_it_is_asked_about_and_not_void(book: Book) -> None:
    book.meet(BOB)
    book.do(lambda tx: revoke(tx, "bob", BOB.public_key))
    book.met_with_another_key()
    book.trust(fingerprint(OTHER_BOB.public_key))
    book.meet(OTHER_BOB)


def test_that_another_key_is_void_means_nothing(book: Book) -> None:
    book.meet(BOB)
    book.do(lambda tx: revoke(tx, "bob", OTHER_BOB.public_key))
    book.meet(BOB)
    book.do(lambda tx: revoke(tx, "carol", BOB.public_key))
    assert find_user(book.line, "carol") is None


# Safety numbers


def test_a_safety_number_is_the_same_on_both_sides() -> None:
    assert safety_number(ALICE, BOB) == safety_number(BOB, ALICE)


def test_it_is_sixty_digits_in_fives() -> None:
    fives = safety_number(ALICE, BOB).split(" ")
    assert len(fives) == 12
    assert all(len(five) == 5 and five.isdigit() for five in fives)


def test_it_differs_with_either_key_and_either_name() -> None:
    others = [
        (Identity("alice", "a11ce", number(9, 32)), BOB),
        (ALICE, OTHER_BOB),
        (Identity("alicia", "a11ce", ALICE.public_key), BOB),
        (ALICE, Identity("bobby", "b0b", BOB.public_key)),
    ]
    numbers = {safety_number(*pair) for pair in [(ALICE, BOB), *others]}
    assert len(numbers) == 5


def test_it_does_not_differ_with_what_is_no_part_of_an_identity() -> None:
    """A registry that gave another id, as after it was set up anew, changes nothing between the two."""
    assert safety_number(ALICE, Identity("bob", "b0b2", BOB.public_key)) == safety_number(ALICE, BOB)


def test_it_is_the_same_at_every_version() -> None:
    assert safety_number(ALICE, BOB) == "90336 51286 16932 41235 46450 87370 91795 86217 03216 80738 17712 37007"
