#!/bin/bash
# In the machine of `make check-vm`, as root: say what kind of host it is, run
# each suite that run.sh asks for in a unit of its own, and frame what they print.
#
# All of it goes to the second serial port, which nobody else writes to; the
# first one is the console.  The frame is for run.sh:
#
#   vm-job NAME … vm-end STATUS     one suite: TAP, perhaps of several files
#   vm-done                         everything has been run
#
# shellcheck disable=SC2317 # functions are called by name
set -uo pipefail
cd /assay || exit 1
SUITES=() B=debug T='' SLOWNESS=1 DEADLINE=3600
CGROUP_PROGRAMS='hello.* cpu_split.c fork_limit.py leftovers.py memory_* memfd_*'
# shellcheck source=/dev/null
. /assay/vm.conf
stty -F /dev/ttyS1 raw -echo
exec >/dev/ttyS1 2>&1 </dev/null

job() { # NAME COMMAND…
    local status
    echo "vm-job $1"
    shift
    "$@"
    status=$?
    echo "vm-end $status"
}

CHECKS=0 BAD=0
is() { # TEXT COMMAND…
    local text=$1 verdict=ok
    shift
    "$@" || { verdict="not ok" BAD=1; }
    CHECKS=$((CHECKS + 1))
    echo "$verdict $CHECKS - $text"
}

no_version_1() {
    ! grep -q ' - cgroup ' /proc/self/mountinfo
}

# What the users' host is like, or all the rest proves nothing.
host() {
    local folder=/sys/fs/cgroup
    echo "# $(systemctl --version | head -n 1), Linux $(uname -r), $(nproc) CPUs"
    echo "# $folder: $(stat -fc %T $folder), $(cat $folder/cgroup.controllers)"
    is "process 1 is systemd" grep -qx systemd /proc/1/comm
    is "$folder is cgroup version 2" grep -q " $folder .* - cgroup2 " \
        /proc/self/mountinfo
    is "version 1 is mounted nowhere" no_version_1
    is "it has the controller memory" grep -qw memory $folder/cgroup.controllers
    is "it has the controller pids" grep -qw pids $folder/cgroup.controllers
    echo "1..$CHECKS"
    return $BAD
}

# Run in a unit: with Delegate=yes it has a part of the cgroup tree for itself, as
# that of an installation.  Its cgroup is in $OWN then.
AS=()
unit() { # SYSTEMD-RUN-OPTION… -- SHELL-WORDS
    local options=(--quiet --wait --collect --pipe --working-directory=/assay
        --property=RuntimeMaxSec="$DEADLINE" --setenv=B="$B" --setenv=T="$T"
        --setenv=HOSTILE_SLOWNESS="$SLOWNESS")
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    "${AS[@]}" systemd-run "${options[@]}" -- sh -c "
        OWN=\$(sed -n s/^0:://p /proc/self/cgroup)
        echo \"# \$(id -un) in \$OWN\"
        $2"
}

# Beside the other services: a cgroup that belongs to a user, below one that does
# not.
manager_unit() { # SYSTEMD-RUN-OPTION… -- COMMAND…
    systemctl start user@1000.service || return
    AS=(setpriv --reuid student --regid student --init-groups
        env HOME=/home/student XDG_RUNTIME_DIR=/run/user/1000)
    unit --user "$@"
    AS=()
}

HARD='cgroup v2 memory pids cpu'
hostile() { # CGROUP: what is run, when box must use that one
    echo "HOSTILE_ISOLATION='$HARD' HOSTILE_CGROUP=$1 exec test/hostile/run.sh"
}

# box as the only process of its unit, and where nothing is delegated to a user.
alone() {
    local box="exec build/$B/grader/box/box -t"
    CHECKS=0 BAD=0
    is "root, delegated" says "$HARD" unit -pDelegate=yes -- "$box"
    is "root, not delegated" says "$HARD" unit -- "$box"
    is "user, delegated" says "$HARD" unit -pDelegate=yes --uid=student -- "$box"
    is "user, not delegated" says 'no cgroup' unit --uid=student -- "$box"
    is "user's manager, delegated" says "$HARD" manager_unit -pDelegate=yes -- \
        "$box"
    is "user's manager, not delegated" says "$HARD" manager_unit -- "$box"
    echo "1..$CHECKS"
    return $BAD
}

says() { # TEXT COMMAND…
    local text=$1 said
    shift
    said=$("$@" 2>&1)
    sed 's/^#* */# /' <<<"$said"
    grep -q "$text" <<<"$said"
}

all_hostile() {
    local own manager=/user.slice/user-1000.slice/user@1000.service
    # shellcheck disable=SC2016 # expanded in the unit
    own=$(hostile '$OWN')
    job "box alone" alone
    job "hostile, root" unit -pDelegate=yes -- "$own"
    job "hostile, user" unit -pDelegate=yes --uid=student -- "$own"
    # only where the cgroups are differs from here on
    T=${T:-$CGROUP_PROGRAMS}
    job "hostile, root, not delegated" unit -- "$(hostile '')"
    # a user's manager marks nothing as delegated, but is itself
    job "hostile, user's manager" manager_unit -pDelegate=yes -- \
        "$(hostile $manager)"
}

suite() { # NAME
    case $1 in
    hostile) all_hostile ;;
    *) job "$1" unit -pDelegate=yes -- "J=1 exec test/run.sh $1" ;;
    esac
}

job host host
for name in "${SUITES[@]}"; do suite "$name"; done
echo vm-done
