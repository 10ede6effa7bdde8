#!/bin/sh
# What some tests need besides Python: a MariaDB server, strace, nftables. Install Debian's, where they are
# missing and we may. Whatever is missing still, the tests that need it are left out aloud (tests/needs.py).
PATH="$PATH:/usr/sbin:/sbin"
missing=""
command -v mariadbd >/dev/null || missing="$missing mariadb-server-core mariadb-client-core"
command -v strace >/dev/null || missing="$missing strace"
command -v nft >/dev/null || missing="$missing nftables"
command -v ip >/dev/null || missing="$missing iproute2"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # they are several words
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "Missing, and not to be installed from here:$missing. The tests that need them are left out."
