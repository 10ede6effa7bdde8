"""What some tests need besides Python, by their mark. Where it is missing they are left out aloud.

tests/install_tools.sh installs what can be installed; where that should have worked (CI=true) a missing tool
is a failure. What a machine does not allow can only be left out.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests import mariadb

NAMESPACE = f"p2pchat-{os.getpid()}"  # a network of its own, for this test run
IN_NAMESPACE = ("ip", "netns", "exec", NAMESPACE)


@dataclass(frozen=True)
class Need:
    """`is_met` is asked once, and only if there are such tests."""

    tests: str
    is_met: Callable[[], bool]
    missing: str
    installable: bool = True

    @property
    def must_be_met(self) -> bool:
        """Where nobody would read of what was left out."""
        return self.installable and os.environ.get("CI") == "true"


@cache
def _strace_works() -> bool:
    return bool(shutil.which("strace")) and _succeeds("strace", "-o", os.devnull, "true")


@cache
def _network_may_lose() -> bool:
    if os.geteuid() != 0 or not shutil.which("ip") or not _succeeds("ip", "netns", "add", NAMESPACE):
        return False
    try:
        return _succeeds(*IN_NAMESPACE, "nft", "add table inet probe")
    finally:
        _succeeds("ip", "netns", "delete", NAMESPACE)


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


NEEDS = {
    "mysql": Need(
        "on MySQL",
        lambda: mariadb.IS_INSTALLED,
        f"no MariaDB server is installed here (in Debian: {mariadb.PACKAGES})",
    ),
    "strace": Need("of system calls", _strace_works, "strace does not work here (in Debian: strace)"),
    "packet_loss": Need(
        "with packets lost",
        _network_may_lose,
        "this machine allows no network namespace with nftables (that takes root, iproute2 and nftables)",
        installable=False,
    ),
}
