#!/bin/bash
# What does this host lack, and what is the cure?  Changes nothing; ends with 1
# where Assay could not run.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
B=${B:-debug}
BAD=0

good() { printf 'ok       %s\n' "$*"; }
note() { printf 'note     %s\n' "$*"; }
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
if [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null || echo 1)" \
    = 0 ] && [ "$(id -u)" != 0 ]; then
    bad "user namespaces for ordinary users" \
        "sysctl kernel.unprivileged_userns_clone=1, or run as root"
elif ! unshare -Ur true 2>/dev/null; then
    bad "user namespaces" "raise user.max_user_namespaces (sysctl)"
else
    good "user namespaces"
fi
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    good "cgroup v2: $(cat /sys/fs/cgroup/cgroup.controllers)"
elif [ -d /sys/fs/cgroup/memory ] && [ -d /sys/fs/cgroup/pids ]; then
    good "cgroup v1 (memory, pids)"
else
    note "no memory or pids cgroup: limits are soft, kept by rlimits alone"
fi
[ "$(id -u)" = 0 ] ||
    note "not root: submissions share your user id, and limits are soft"
box=build/$B/grader/box/box
if [ -x "$box" ]; then
    if answer=$("$box" -t 2>&1); then
        good "box: $(tail -n 1 <<<"$answer")"
    else
        bad "box cannot isolate: $(tail -n 1 <<<"$answer")" \
            "docs/SECURITY.md says what box asks of a host"
    fi
else
    note "box is not built yet: make"
fi

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
