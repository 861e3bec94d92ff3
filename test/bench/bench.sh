#!/bin/bash
# Figures of a running system, on a private stack of build $B (release): how
# long from POST to the pushed verdict, gradings a second with a full queue,
# reads a second, memory.  The client runs on the same machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=test/lib/stack.bash
. test/lib/stack.bash
export B=${B:-release}

trap stack_down EXIT
stack_up --set tokens=0

echo "machine: $(nproc) cores, load $(cut -d ' ' -f 1 /proc/loadavg), build $B"
echo
test/bench/road.py "$ASSAY_URL" --count "${COUNT:-200}"

# -- gradings a second with N queued ------------------------------------------
queued=${QUEUED:-200}
stack_stop graderd
test/bench/road.py "$ASSAY_URL" --queue "$queued"
before=$(stack_psql -c "SELECT coalesce(max(id), 0) FROM gradings
    WHERE state = 'done'")
stack_start graderd
none_queued() {
    [ "$(stack_psql -c "SELECT count(*) FROM gradings
        WHERE state IN ('queued', 'running')")" = 0 ]
}
eventually 300 none_queued
stack_psql -c "SELECT format('queue of %s: %s gradings/s', count(*),
        round(count(*) / extract(epoch FROM max(finished_at) -
            min(started_at))::numeric, 1))
    FROM gradings WHERE id > $before"

# -- reads a second ----------------------------------------------------------
echo
for path in /api/assignments /api/assignments/hello /; do
    wrk -t 1 -c 32 -d "${SECONDS_EACH:-5}s" --latency "$ASSAY_URL$path" |
        awk -v path="$path" '/Requests\/sec/ { rps = $2 } /99%/ { p99 = $2 }
            /Non-2xx/ { bad = ", " $0 }
            END { printf "GET %-24s %8.0f requests/s, p99 %s%s\n", path, rps, p99, bad }'
done

# -- memory ------------------------------------------------------------------
echo
echo "memory of each component (processes, resident, proportional share):"
deploy/stack.sh status "$ASSAY_DIR" | while read -r name pid; do
    # the processes that it started, down to the last
    pids=$pid more=$pid
    while more=$(pgrep -P "$(echo $more | tr ' ' ,)"); do pids="$pids $more"; done
    for p in $pids; do
        cat "/proc/$p/smaps_rollup" 2>/dev/null || true
    done | awk -v name="$name" -v n="$(echo "$pids" | wc -w)" '
        /^Rss/ { rss += $2 } /^Pss:/ { pss += $2 }
        END { printf "  %-12s %3d processes %8.1f MB %8.1f MB\n", name, n,
              rss / 1024, pss / 1024 }'
done
