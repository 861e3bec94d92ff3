# shellcheck shell=bash
# Part of deploy/stack.sh: users and processes.

# -- users ------------------------------------------------------------------

ROOTLY=$([ "$(id -u)" = 0 ] && echo yes || echo no)
PG_USER=$(id -un)
WEB_USER=$PG_USER
if [ "$ROOTLY" = yes ]; then
    PG_USER=postgres
    WEB_USER=www-data
    id -u $WEB_USER >/dev/null 2>&1 || WEB_USER=nobody
    id -u $PG_USER >/dev/null 2>&1 ||
        die "there is no user postgres: try make deps"
fi
# shellcheck disable=SC2034 # the other files use it
WEB_GROUP=$(id -gn "$WEB_USER")

# The words that make a command run as USER: `$(as www-data) prog`
as() {
    if [ "$ROOTLY" = yes ] && [ "$1" != root ]; then
        printf '%s\n' setpriv "--reuid=$1" "--regid=$(id -g "$1")" --init-groups
    else
        printf '%s\n' env
    fi
}
run_as() { # USER COMMAND…
    local words
    mapfile -t words < <(as "$1")
    shift
    "${words[@]}" "$@"
}

# -- processes --------------------------------------------------------------

# When a process began, in clock ticks; fails when there is none (or a zombie).
started_at() {
    local stat
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    # shellcheck disable=SC2086 # fields
    set -- ${stat##*) }
    [ "$1" != Z ] && echo "${20}"
}

pid_of() { # NAME: print its pid, or fail
    local pid start
    { read -r pid start <"$DIR/pid/$1"; } 2>/dev/null || return 1
    [ "$(started_at "$pid")" = "$start" ] && echo "$pid"
}

running() { pid_of "$1" >/dev/null; }

# In the background, in its own session, with no descriptor of ours (a test
# runner waits for all of its own to close).
launch() { # NAME COMMAND…
    local name=$1 pid fd
    shift
    (
        for fd in /proc/self/fd/*; do
            fd=${fd##*/}
            [ "$fd" -gt 2 ] && [ "$fd" != 255 ] && eval "exec $fd>&-"
        done
        cd "$DIR" && exec setsid "$@" </dev/null >>"$DIR/log/$name.log" 2>&1
    ) &
    pid=$!
    disown
    echo "$pid $(started_at $pid)" >"$DIR/pid/$name"
}

# Wait until a command succeeds; the component must stay alive meanwhile.
await() { # NAME SECONDS COMMAND…
    local name=$1 deadline=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        running "$name" || fail "$name" "ended"
        [ $SECONDS -lt $deadline ] || fail "$name" "is not ready in time"
        sleep 0.05
    done
}

fail() { # NAME WHAT
    say "$ME: $1 $2; the end of $DIR/log/$1.log:"
    tail -n 15 "$DIR/log/$1.log" >&2 || true
    exit 1
}

stop_one() { # NAME [SIGNAL]
    local name=$1 signal=${2:-TERM} pid deadline=$((SECONDS + 15))
    if pid=$(pid_of "$name"); then
        kill "-$signal" "$pid" 2>/dev/null || true
        while running "$name"; do
            if [ $SECONDS -ge $deadline ]; then
                say "$ME: $name did not stop in time: killed"
                kill -KILL -- "-$pid" 2>/dev/null || true
                deadline=$((SECONDS + 5))
            fi
            sleep 0.02
        done
    fi
    rm -f "$DIR/pid/$name" "$DIR/run/$name.sock"
}

kill_one() { # NAME: SIGKILL to its session, as a crash would
    local pid
    pid=$(pid_of "$1") || return 0
    kill -KILL -- "-$pid"
    while running "$1"; do sleep 0.01; done
}
