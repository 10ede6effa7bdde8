"""The bar of something long: in one line of a terminal, nothing elsewhere, and gone before other text."""

from io import StringIO

from chat.core.events import Exporting
from chat.ui.gauge import CLEAR, COLUMNS, Gauge


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_that_is_written_over_and_cleared() -> None:
    out = Terminal()
    gauge = Gauge(out)
    gauge.show(Exporting(step="written", done=1, total=2))
    half = COLUMNS // 2
    assert out.getvalue() == f"{CLEAR} {'█' * half}{'░' * half}  50% written"
    gauge.clear()
    gauge.clear()
    assert out.getvalue().endswith(f"written{CLEAR}")
    assert out.getvalue().count(CLEAR) == 2


def test_nothing_where_there_is_no_terminal() -> None:
    out = StringIO()
    Gauge(out).show(Exporting(step="written", done=0, total=0))
    assert out.getvalue() == ""
