# shellcheck shell=bash
# Part of deploy/doctor.sh: which isolation this host gives, and for everything
# that is missing, what would improve it and how.  docs/SECURITY.md ("What is
# weaker on some hosts") says what each costs.

BOX=build/$B/grader/box/box
ZYGOTES=build/$B/grader/zygotes
GRADERD=build/$B/grader/graderd

am_root() { [ "$(id -u)" = 0 ]; }
setting() { cat "/proc/sys/$1" 2>/dev/null || echo "$2"; }

has_capability() { # BIT (capability.h)
    local mask
    mask=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
    (((16#$mask >> $1) & 1))
}

# -- namespaces -----------------------------------------------------------------

namespaces() {
    if [ "$(setting user/max_user_namespaces 1)" = 0 ]; then
        bad "user namespaces" "sysctl user.max_user_namespaces=1000"
    elif ! am_root && [ "$(setting kernel/unprivileged_userns_clone 1)" = 0 ]; then
        bad "user namespaces for ordinary users" \
            "sysctl kernel.unprivileged_userns_clone=1, or run as root"
    elif ! am_root &&
        [ "$(setting kernel/apparmor_restrict_unprivileged_userns 0)" = 1 ]; then
        bad "user namespaces with rights: AppArmor restricts them" \
            "an AppArmor profile with 'userns,' for $BOX, or sysctl \
kernel.apparmor_restrict_unprivileged_userns=0, or run as root"
    elif ! unshare -Ur true 2>/dev/null; then
        bad "user namespaces" "in a container: start it with leave to make \
them (--security-opt seccomp=unconfined, or --privileged)"
    else
        good "user namespaces"
    fi
}

rights() {
    if ! am_root; then
        return # box says what follows from that
    elif ! has_capability 7 || ! has_capability 6; then # SETUID, SETGID
        bad "CAP_SETUID and CAP_SETGID, without which root is no root to box" \
            "in a container: --cap-add SETUID --cap-add SETGID"
    elif ! has_capability 24; then # SYS_RESOURCE
        weak "no CAP_SYS_RESOURCE: programs get no more than the hard limits \
that box is started with (stack $(ulimit -H -s), files $(ulimit -H -n), \
processes $(ulimit -H -u))" \
            "in a container: --cap-add SYS_RESOURCE, or raise those limits"
    else
        good "CAP_SYS_RESOURCE"
    fi
}

# -- cgroups ----------------------------------------------------------------------

v2_root() { # where version 2 is mounted, if it is
    awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}
v1_has() { # CONTROLLER
    awk -v c="$1" '$3 == "cgroup" && ("," $4 ",") ~ ("," c ",") { found = 1 }
        END { exit !found }' /proc/mounts
}

# Why box found no controller, as far as can be told from outside.
cgroup_cure() {
    local v2
    v2=$(v2_root)
    if [ -n "$v2" ] && grep -qsw memory "$v2/cgroup.controllers"; then
        if am_root; then
            echo "start box as a unit of systemd with Delegate=yes, so that it" \
                "has a cgroup of its own"
        else
            echo "run it as root, or in a cgroup that is yours: systemd-run" \
                "--user --scope -p Delegate=yes make run"
        fi
    elif v1_has memory; then
        echo "run as root, or make the cgroup folders writable for who runs box"
    elif ! grep -qsE '^memory[[:space:]].*1$' /proc/cgroups; then
        echo "boot with cgroup_enable=memory on the kernel's command line"
    else
        echo "mount cgroup2 at /sys/fs/cgroup (in a container: let it have one)"
    fi
}

controllers() { # what `box -t` says
    case $1 in
    *"SOFT memory limit"*)
        weak "memory limits are SOFT: what is resident is summed every 20 ms" \
            "$(cgroup_cure)"
        ;;
    *" memory"*) good "memory cgroup" ;;
    esac
    case $1 in
    *"cgroup v"*" pids"*) good "pids cgroup" ;;
    *) weak "no pids cgroup: processes are limited by rlimit only" \
        "$(cgroup_cure)" ;;
    esac
    case $1 in
    *"SOFT cpu clock"*)
        weak "the CPU clock is SOFT: children that nobody waits for are not \
counted" "$(cgroup_cure)"
        ;;
    *) good "cpu cgroup" ;;
    esac
    case $1 in
    *"cgroup v1"*)
        weak "cgroup v1: to put a process into its group takes 6 to 16 ms \
(spent ahead of time, but less throughput under load)" \
            "cgroup v2: boot with systemd.unified_cgroup_hierarchy=1"
        ;;
    esac
}

# Swap that is not counted is memory beyond the limit.
swap() { # what `box -t` says
    if [ "$(wc -l </proc/swaps)" -le 1 ]; then
        good "no swap"
    elif [[ $1 == *"cgroup v2"* ]] && [ -n "$(find "$(v2_root)" -maxdepth 2 \
        -name memory.swap.max -print -quit 2>/dev/null)" ]; then
        good "swap is counted"
    elif [[ $1 == *"cgroup v1"* ]] && [ -n "$(find /sys/fs/cgroup/memory \
        -maxdepth 1 -name memory.memsw.limit_in_bytes 2>/dev/null)" ]; then
        good "swap is counted"
    else
        weak "there is swap, and no cgroup counts it" \
            "boot with swapaccount=1, or swapoff -a"
    fi
}

isolation() {
    local said line
    if [ ! -x "$BOX" ]; then
        note "box is not built yet: make"
        return
    fi
    said=$("$BOX" -t 2>&1) || {
        bad "box cannot isolate: $(tail -n 1 <<<"$said")" \
            "docs/SECURITY.md says what box asks of a host"
        return
    }
    line=$(tail -n 1 <<<"$said")
    good "box: $line"
    case $line in
    *"one id"*)
        weak "one id: all submissions, and box, are one user to the host" \
            "run as root; box then keeps CAP_SETUID and CAP_SETGID only, and \
all else runs as other users"
        ;;
    *) good "user ids of their own for each slot" ;;
    esac
    case $line in
    *"groups KEPT"*)
        weak "submissions have your supplementary groups: $(id -Gn)" \
            "run as a user without any, or as root"
        ;;
    esac
    controllers "$line"
    swap "$line"
}

# -- languages ----------------------------------------------------------------------

package_of() { # COMMAND
    case $1 in
    */java) echo default-jdk-headless ;;
    */node) echo nodejs ;;
    *) basename "$1" ;;
    esac
}

word_of() { # FILE KEY: the rest of its line
    sed -n "s/^$2[[:space:]]\{1,\}//p" "$1" | head -n 1
}

languages() {
    local file name command
    for file in grader/languages/*.lang; do
        name=$(word_of "$file" name)
        read -r -a command <<<"$(word_of "$file" version)"
        if timeout 20 "${command[@]}" >/dev/null 2>&1 </dev/null; then
            good "$name (${command[0]})"
        else
            weak "no $name: ${command[*]} fails; it is not offered" \
                "apt-get install $(package_of "${command[0]}")"
        fi
    done
    zygote_of_python
}

zygote_of_python() {
    local has wants
    [ -x "$BOX" ] || return 0
    wants=$(/usr/bin/python3 -I --version 2>/dev/null)
    if [ ! -x "$ZYGOTES/python3" ]; then
        weak "no python3 zygote: Python is not offered" \
            "apt-get install libpython3-dev, then make"
    elif has=$("$ZYGOTES/python3" --version) && [ "$has" != "$wants" ]; then
        weak "the python3 zygote is $has, the host has $wants" \
            "rm $ZYGOTES/python3, then make"
    else
        good "python3 zygote ($has)"
    fi
}

# -- the self-attack, on a box of our own -------------------------------------------

selfattack() {
    local dir box line
    [ -x "$BOX" ] && [ -x "$GRADERD" ] || return 0
    dir=$(mktemp -d "${TMPDIR:-/tmp}/assay-doctor.XXXXXX")
    ln -s "$PWD/grader/languages" "$dir/languages"
    # ids of nobody's: not those of a box that runs beside
    "$BOX" -s "$dir/box.sock" -n 2 -U $((2060000000 + $$ % 30000 * 1000)) \
        2>"$dir/log" &
    box=$!
    for ((i = 0; i < 100; i++)); do
        grep -qs '^box: ready' "$dir/log" || ! kill -0 $box 2>/dev/null && break
        sleep 0.1
    done
    while read -r line; do
        case $line in
        *passed*) good "$line" ;;
        *HOLE*) bad "$line" "do not let this host grade; docs/SECURITY.md" ;;
        *) note "$line" ;;
        esac
    done < <(ASSAY_RUN_DIR=$dir ASSAY_STATE_DIR=$dir ASSAY_SHARE_DIR=$dir \
        "$GRADERD" -c /dev/null -t 2>/dev/null | grep ^self-attack)
    kill $box 2>/dev/null
    wait $box 2>/dev/null
    rm -rf "$dir"
}

namespaces
rights
isolation
languages
selfattack
