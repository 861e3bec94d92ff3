#!/bin/bash
# Run test suites on the users' real host: a Debian 12 with systemd as process 1
# and nothing but cgroup version 2, booted in emulation.
#
#   run.sh SUITE…      hostile unit, of build $B; ends with `N passed, N failed`
#
#   T="NAME…"          only these hostile programs (patterns, as in cpu_*)
#   SLOWNESS=4         times of the hostile programs are multiplied by it
#   SILENCE=300        seconds without a line, after which the machine has hung
#   DEADLINE=3600      seconds for one suite
#   VM_ACCEL=tcg       or kvm, where that works: then with SLOWNESS=1
#
# A machine that hangs, panics or ends too early makes one failed test, with the
# end of its console; so does a suite that ends before its plan is fulfilled.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
B=${B:-debug} T=${T:-}
SLOWNESS=${SLOWNESS:-4} SILENCE=${SILENCE:-300} DEADLINE=${DEADLINE:-3600}
IMAGE=build/vm/image
WORK=$(mktemp -d "${TMPDIR:-/tmp}/assay-vm.XXXXXX")
QEMU='' PASSED=0 FAILED=0

[ $# -gt 0 ] || {
    sed -n '2,15s/^# \{0,1\}//p' "$0" >&2
    exit 64
}

clean_up() {
    [ -z "$QEMU" ] || { kill -KILL "$QEMU" && wait "$QEMU"; } 2>/dev/null
    rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

fault() { # TEXT: what no TAP says
    echo "not ok - vm: $*"
    FAILED=$((FAILED + 1))
}

# The tree as git has it, changes and all, and the programs of the build.
make_tree() { # SUITE…
    local tree=$WORK/tree
    mkdir "$tree"
    {
        git ls-files -co --exclude-standard -z -- ':!static' ':!test/browser'
        find "build/$B" -type f -executable -print0
    } | xargs -0 cp --parents -t "$tree" || return
    {
        declare -p B T SLOWNESS DEADLINE
        echo "SUITES=(${*@Q})"
    } >"$tree/vm.conf"
    truncate -s 256M "$WORK/tree.ext4"
    PATH=$PATH:/usr/sbin:/sbin mkfs.ext4 -q -F -m 0 -O ^has_journal \
        -E root_owner=0:0 -d "$tree" "$WORK/tree.ext4"
}

# The first serial port is the console, the second one brings the tests' TAP: so
# no message of the kernel comes between two halves of a line.
start_machine() {
    local accel=tcg,thread=multi cpu=max
    [ "${VM_ACCEL:-tcg}" = tcg ] || accel=$VM_ACCEL cpu=host
    mkfifo "$WORK/tap"
    qemu-system-x86_64 -nodefaults -display none -no-reboot -nic none \
        -accel "$accel" -cpu "$cpu" -smp 2 -m 2G \
        -kernel "$IMAGE/vmlinuz" -initrd "$IMAGE/initrd.img" \
        -append "root=/dev/vda rw quiet console=ttyS0 panic=-1" \
        -drive "file=$IMAGE/disk.ext4,format=raw,if=virtio,snapshot=on" \
        -drive "file=$WORK/tree.ext4,format=raw,if=virtio" \
        -serial "file:$WORK/console" \
        -chardev stdio,id=tap,signal=off -serial chardev:tap \
        </dev/null >"$WORK/tap" 2>"$WORK/qemu" &
    QEMU=$!
}

JOB='' PLANNED=0 RAN=0 JOB_FAILED=0
job_ends() { # STATUS
    [ "$RAN" -gt 0 ] && [ "$PLANNED" -eq "$RAN" ] ||
        fault "$JOB: planned $PLANNED, ran $RAN (status $1)"
    [ "$1" -eq 0 ] || [ "$JOB_FAILED" -gt 0 ] ||
        fault "$JOB: ended with status $1"
    echo "# vm: $JOB: $RAN tests, $((SECONDS - BEGUN)) s"
    JOB=''
}

one_line() { # LINE
    case $1 in
    "vm-job "*)
        JOB=${1#vm-job } PLANNED=0 RAN=0 JOB_FAILED=0 BEGUN=$SECONDS
        echo "# vm: $JOB (at $SECONDS s)"
        return
        ;;
    "vm-end "*) job_ends "${1#vm-end }" && return ;;
    "ok "*) PASSED=$((PASSED + 1)) RAN=$((RAN + 1)) ;;
    "not ok "*)
        FAILED=$((FAILED + 1)) RAN=$((RAN + 1)) JOB_FAILED=$((JOB_FAILED + 1))
        ;;
    1..*[0-9]) PLANNED=$((PLANNED + ${1#1..})) ;;
    esac
    printf '%s\n' "$1"
}

# Until the machine says that it is done; why not, when it does not.
listen() {
    local line status
    while true; do
        IFS= read -r -t "$SILENCE" line
        status=$?
        if [ $status -gt 128 ]; then
            fault "no word for $SILENCE s${JOB:+ from $JOB}"
            return 1
        elif [ $status -ne 0 ]; then
            fault "the machine stopped${JOB:+ in $JOB}"
            return 1
        elif [ "$line" = vm-done ]; then
            return 0
        fi
        one_line "$line"
    done <"$WORK/tap"
}

test/vm/image.sh "$IMAGE" || exit 1
make_tree "$@" || exit 1
echo "# vm: disks ready after $SECONDS s, $(du -m "$IMAGE/disk.ext4" |
    cut -f1) MB; emulated by ${VM_ACCEL:-tcg}, times ×$SLOWNESS"
start_machine
listen || {
    tail -n 40 "$WORK/console" "$WORK/qemu" | tr -cd '\n\t -~' | sed 's/^/# /'
}
echo "# vm: $SECONDS s"
echo "$PASSED passed, $FAILED failed"
[ "$PASSED" -gt 0 ] && [ "$FAILED" -eq 0 ]
