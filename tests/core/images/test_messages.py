"""What a child says is checked like what a stranger says."""

import pytest

from chat.core.images.messages import Image, Refused, Unchanged, child_codec
from chat.errors import RemoteProtocolError
from chat.wire.codec import encode


@pytest.mark.parametrize("message", [Image(1, 2, 3), Unchanged(), Refused("why")])
def test_round_trip(message: Image | Unchanged | Refused) -> None:
    assert child_codec.decode(encode(message)) == message


@pytest.mark.parametrize("message", [Image(0, 2, 3), Image(2**40, 2, 3), Image(1, 0, 3), Refused("x" * 301)])
def test_out_of_bounds(message: Image | Refused) -> None:
    with pytest.raises(RemoteProtocolError):
        child_codec.decode(encode(message))
