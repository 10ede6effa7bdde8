"""What every error that a person reads has in common."""


def check_sentence(text: str, where: str, says: str) -> None:
    """It says where and what, and is punctuated as sentences are."""
    assert says in text
    assert where in text
    assert text[0].isupper()
    assert text.endswith(".")
    assert not any(doubled in text for doubled in ("..", ".:", ": :", "  ", "\n", "?."))
