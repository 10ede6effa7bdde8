"""One time limit for many steps."""

import pytest

from chat.errors import NetworkError
from chat.net.deadline import Deadline


def test_time_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("chat.net.deadline.time.monotonic", lambda: now[0])
    limit = Deadline(5.0)
    assert limit.remaining() == 5.0
    now[0] = 104.0
    assert limit.remaining() == 1.0
    now[0] = 105.0
    with pytest.raises(NetworkError, match="too long"):
        limit.remaining()
