#!/bin/bash
# What does this host lack, and what is the cure?  Changes nothing; ends with 1
# where Assay could not run.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
B=${B:-debug}
BAD=0

good() { printf 'ok       %s\n' "$*"; }
note() { printf 'note     %s\n' "$*"; }
weak() { # WHAT CURE: it works, but worse than it could
    printf 'weaker   %s\n         better: %s\n' "$1" "$2"
}
bad() { # WHAT CURE
    printf 'MISSING  %s\n         cure: %s\n' "$1" "$2"
    BAD=1
}

packages() { # GROUP what-for cure
    local list
    list=$(deploy/deps.sh --list "$1" | tr '\n' ' ')
    if [ -z "$list" ]; then
        good "packages to $2"
    elif [ "$1" = run ]; then
        bad "packages to $2: $list" "$3"
    else
        note "packages to $2: $list($3 installs them)"
    fi
}

packages run "build and run" "make deps"
packages test "test" "make test"
packages lint "lint" "make lint"

if version=$(node -v 2>/dev/null); then
    good "node ${version#v} (the page's bundle, browser tests)"
fi
if nginx -V 2>&1 | grep -q nginx/ &&
    [ -f /usr/lib/nginx/modules/ngx_nchan_module.so ]; then
    good "nginx with nchan"
fi

# -- what isolates submissions ----------------------------------------------------
# shellcheck source=deploy/doctor/isolation.sh
. deploy/doctor/isolation.sh

# -- room ---------------------------------------------------------------------------
port=${PORT:-8080}
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    note "port $port is taken (by Assay itself?): make run PORT=$((port + 1))"
else
    good "port $port is free"
fi
free=$(df -Pm . | awk 'NR == 2 { print $4 }')
if [ "$free" -ge 1024 ]; then
    good "$free MB free here"
else
    bad "disk: $free MB free here" "make room: 1 GB"
fi
memory=$(awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
if [ "$memory" -ge 1024 ]; then
    good "$memory MB of memory available"
else
    note "only $memory MB of memory available"
fi
exit $BAD
