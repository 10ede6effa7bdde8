"""Pseudonyms: the same within an export, nothing outside of it."""

import hashlib

from chat.core.export.pseudonyms import TAG, Pseudonyms
from chat.core.export.spans import KINDS, PERSON, PLACE

NAMES = [f"person{number}" for number in range(500)]


def test_the_same_person_is_called_the_same_in_one_export() -> None:
    pseudonyms = Pseudonyms()
    assert pseudonyms.person("bob") == pseudonyms.person("bob")
    assert pseudonyms.tag(PLACE, "Zürich") == pseudonyms.tag(PLACE, "ZURICH") != pseudonyms.tag(PLACE, "Bern")
    assert pseudonyms.tag(PERSON, "paris") != pseudonyms.tag(PLACE, "paris").replace("PLACE", "PERSON")
    assert pseudonyms.group(("alice", "bob")) == pseudonyms.group(("bob", "alice"))
    assert len({pseudonyms.person(name) for name in NAMES}) == len(NAMES)


def test_two_exports_share_none() -> None:
    one, other = Pseudonyms(), Pseudonyms()
    assert not {one.person(name) for name in NAMES} & {other.person(name) for name in NAMES}
    assert one.group(("alice", "bob")) != other.group(("alice", "bob"))


def test_hashing_a_list_of_names_leads_nowhere() -> None:
    """Not with the plain hash, and not with another key: whoever knows how they are made lacks the key of this one."""
    made = {Pseudonyms().person(name).rpartition("_")[2] for name in NAMES}
    for name in NAMES:
        for message in (name, f"PERSON\0{name}"):
            digest = hashlib.sha256(message.encode()).digest()
            assert f"{int.from_bytes(digest) % 10**12:012}" not in made


def test_every_tag_is_known_as_one() -> None:
    pseudonyms = Pseudonyms()
    for kind in KINDS:
        assert TAG.fullmatch(pseudonyms.tag(kind, "x"))
    assert not TAG.fullmatch("<BOB_123456789012>")
