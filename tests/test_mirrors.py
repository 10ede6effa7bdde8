"""Every module has tests of its own, in the place where one looks for them."""

from pathlib import Path

ROOT = Path(__file__).parent.parent

# Those that still have none. The list only shrinks: whoever adds the tests takes the module off.
MISSING = {
    "chat/core/surroundings.py",
}


def mirror_of(module: Path) -> Path:
    """chat/core/node.py → tests/core/test_node.py; db/url.py → tests/db/test_url.py."""
    folder = module.parent.relative_to("chat") if module.parts[0] == "chat" else module.parent
    return Path("tests") / folder / f"test_{module.name}"


def test_every_module_has_its_tests() -> None:
    modules = [path.relative_to(ROOT) for folder in ("chat", "db") for path in (ROOT / folder).rglob("*.py")]
    missing = {
        str(module) for module in modules if module.name != "__init__.py" and not (ROOT / mirror_of(module)).exists()
    }
    assert not missing - MISSING, f"without tests: {sorted(missing - MISSING)}"
    assert not MISSING - missing, f"no longer missing, take them off the list: {sorted(MISSING - missing)}"
