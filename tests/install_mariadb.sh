#!/bin/sh
# Half of the storage tests need a MariaDB server: install Debian's, where there is none and we may.
PATH="$PATH:/usr/sbin"
command -v mariadbd >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends mariadb-server-core mariadb-client-core \
        >/dev/null && exit 0
fi
echo "No MariaDB server, and it cannot be installed from here: the tests on MySQL are left out."
