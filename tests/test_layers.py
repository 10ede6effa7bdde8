"""Layers are folders, and the imports keep to them.

    ui → core → wire, net, db          registry → wire, net, db

wire, net and db do not know of each other; db knows nothing of ours at all. The roots (server.py,
client.py), the tests, the examples and the benches may import what they like.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEAVES = {"chat.wire", "chat.net", "db"}
COMMON = {"chat.errors", "chat.times", "chat.inert"}
MAY_IMPORT = {
    "chat.ui": {"chat.core", *LEAVES, *COMMON},
    "chat.core": {*LEAVES, *COMMON},
    "chat.registry": {*LEAVES, *COMMON},
    "chat.wire": COMMON,
    "chat.net": COMMON,
    "chat.errors": set[str](),
    "chat.times": set[str](),
    "chat.inert": set[str](),
    "db": set[str](),
}
SIDE_EFFECTS = {"socket", "selectors", "threading", "queue", "time", "os", "ssl", "pathlib", "subprocess", "random"}
STARTER = Path("chat/net/threads.py")
PRINTERS = {"chat/ui/console.py", "server.py", "client.py"}

MODULES = sorted(path.relative_to(ROOT) for folder in ("chat", "db") for path in (ROOT / folder).rglob("*.py"))
PROGRAM = [*MODULES, Path("server.py"), Path("client.py")]


def layer_of(module: str) -> str:
    """chat.core.node → chat.core; chat.errors and db.url → chat.errors and db."""
    parts = module.split(".")
    return ".".join(parts[: 2 if parts[0] == "chat" else 1])


def imports(tree: ast.AST) -> Iterator[str]:
    """The dotted name of every module, and of everything taken out of one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            assert node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parsed(path: Path) -> ast.AST:
    """The syntax tree of a module."""
    return ast.parse((ROOT / path).read_text("utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_layer_imports_only_what_is_below_it(path: Path) -> None:
    own = layer_of(".".join(path.with_suffix("").parts))
    below = MAY_IMPORT.get(own, set()) | {own}
    ours = {layer_of(name) for name in imports(parsed(path)) if name.split(".")[0] in ("chat", "db")}
    assert ours <= below, f"{path} may not import {', '.join(sorted(ours - below))}"


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[:2] == ("chat", "wire")], ids=str)
def test_the_wire_is_pure(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(parsed(path))} & SIDE_EFFECTS
    assert not used, (
        f"{path} has no business with {', '.join(sorted(used))}: bytes, messages and the time go in and out"
    )


@pytest.mark.parametrize("path", PROGRAM, ids=str)
def test_threads_are_all_there_is(path: Path) -> None:
    assert "asyncio" not in {name.split(".")[0] for name in imports(parsed(path))}


@pytest.mark.parametrize("path", [path for path in PROGRAM if path != STARTER], ids=str)
def test_every_thread_leaves_the_signals_to_the_main_thread(path: Path) -> None:
    made = [node.lineno for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute) and node.attr == "Thread"]
    assert not made, f"{path} makes a thread in line {made}: a DaemonThread of {STARTER} is what leaves the signals be"


@pytest.mark.parametrize("path", [path for path in PROGRAM if str(path) not in PRINTERS], ids=str)
def test_there_is_one_printer(path: Path) -> None:
    calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    prints = [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]
    assert not prints, f"{path} prints in line {prints}: what is to be seen goes through chat/ui/console.py"


def test_every_folder_is_a_layer() -> None:
    found = {layer_of(".".join(path.with_suffix("").parts)) for path in MODULES if len(path.parts) > 1}
    assert found - {"chat.__init__"} == set(MAY_IMPORT)
