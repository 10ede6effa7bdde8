"""What the tests of transfers share."""

import pytest

from tests.core.transfer.dealings import Friends
from tests.people import Person, Town


@pytest.fixture
def friends(village: Town) -> Friends:
    """Starts people; the last one has the others among the contacts."""

    def start(*names: str) -> list[Person]:
        people = [village.person(name).start() for name in names]
        for person in people[:-1]:
            people[-1].node.people.add(person.name, None)
        return people

    return start
