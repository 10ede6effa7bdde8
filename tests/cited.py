"""The tests that a document names, as `tests/core/test_node.py::test_live`, and whether there are such tests."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent

Cited = tuple[str, str]  # path, name


def cited_in(text: str) -> list[Cited]:
    return sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)))


def is_there(cited: Cited) -> bool:
    path, name = cited
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
