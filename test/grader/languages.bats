#!/usr/bin/env bats
# Programs of each language in a real box, right and wrong; what is compiled
# ahead, and what is kept; what changes a run, and what must not.
#
# What is in a language that is not installed here is left out, and named in a
# comment.

setup_file() {
    bats_require_minimum_version 1.5.0
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    DIR=$(mktemp -d "${TMPDIR:-/tmp}/assay-languages.XXXXXX")
    BIN=$ROOT/build/${B:-debug}
    BOX=$ROOT/build/$([ "${B:-debug}" = asan ] && echo debug || echo "${B:-debug}")/grader
    export ROOT DIR BIN BOX
    chmod 0755 "$DIR"
    mkdir -p "$DIR"/{share,state/shown,planted}
    ln -s "$ROOT/grader/languages" "$DIR/share"
    export ASSAY_SHARE_DIR=$DIR/share ASSAY_BOX_SOCKET=$DIR/box.sock
    export ASSAY_STATE_DIR=$DIR/state
    echo 'echo planted; exit 3' >"$DIR/planted/rc"
    echo '#define PLANTED' >"$DIR/planted/planted.h"
    chmod -R a+rX "$DIR/planted"
    start_box "$DIR/box.sock" planted "$BOX/box/box" -U 1960000000 \
        -R "$DIR/state/shown"
}

# Nothing of this may come through, neither by box nor by graderd.
planted() { # COMMAND…
    local rc=$DIR/planted/rc
    exec env BASH_ENV="$rc" ENV="$rc" CPATH="$DIR/planted" \
        CPLUS_INCLUDE_PATH="$DIR/planted" GCC_EXEC_PREFIX=/no/such/ \
        NODE_OPTIONS=--require=/no/such NODE_PATH="$DIR/planted" \
        JAVA_TOOL_OPTIONS=-Dplanted=1 JDK_JAVA_OPTIONS=-Dplanted=1 \
        _JAVA_OPTIONS=-Xmx1m CLASSPATH=/no/such \
        PYTHONPATH="$DIR/planted" PYTHONSTARTUP="$rc" "$@"
}

# Its output would keep bats waiting.
start_box() { # SOCKET COMMAND…
    local socket=$1
    shift
    "$@" -s "$socket" -n 2 >"$socket.log" 2>&1 3>&- &
    echo $! >"$socket.pid"
    for _ in {1..100}; do
        [ ! -S "$socket" ] || return 0
        sleep 0.1
    done
    cat "$socket.log"
    return 1
}

stop_box() { # SOCKET
    kill "$(cat "$1.pid")"
    wait "$(cat "$1.pid")" || true
}

teardown_file() {
    stop_box "$DIR/box.sock"
    rm -rf "$DIR"
}

driver() { # [-mpv] PACKAGE
    local status=0
    (planted "$BIN/test/grader/courses" "$@") >"$DIR/out" 2>"$DIR/err" ||
        status=$?
    cat "$DIR/out" "$DIR/err"
    return $status
}

# What is left out is said in the TAP.
judge() { # PACKAGE
    local status=0
    driver -m "$@" || status=$?
    grep '^# left out' "$DIR/out" >&3 || true
    return $status
}

package() { echo "$ROOT/test/grader/packages/$1"; }

@test "Java, JavaScript, Bash" { judge "$(package runtimes)"; }

@test "C++, with nothing compiled ahead" {
    ASSAY_COMPILED_MAX_MB=0 judge "$(package cplusplus)"
    [ -z "$(find "$DIR/state/shown" -type f)" ]
}

@test "no variable, dot file or upload changes how a program is run" {
    judge "$(package environment)"
    grep -q '^ok .*plants.py' "$DIR/out"
}

@test "a program that was seen before is not compiled again" {
    ASSAY_STATE_DIR=$DIR/state2
    mkdir "$ASSAY_STATE_DIR"
    judge "$(package environment)"
    entries() { (cd "$ASSAY_STATE_DIR/compiled" && stat -c "$1" -- * | sort); }
    [ "$(entries %a | sort -u)" = 600 ]
    entries '%n %i' >"$DIR/before"
    find "$ASSAY_STATE_DIR/compiled" -type f -exec touch -d 2001-01-01 {} +
    judge "$(package environment)"
    entries '%n %i' | diff "$DIR/before" - # the same files
    [ -z "$(find "$ASSAY_STATE_DIR/compiled" -type f ! -newermt 2002-01-01)" ]
    # damaged ones are made anew
    find "$ASSAY_STATE_DIR/compiled" -type f -exec truncate -s -1 {} +
    judge "$(package environment)"
    [ "$(grep -c 'damaged program' "$DIR/err")" -eq "$(wc -l <"$DIR/before")" ]
    [ "$(entries %n | wc -l)" -eq "$(wc -l <"$DIR/before")" ]
}

# A language like C++, with other options; its words come into the report.
variant() { # SED-SCRIPT
    rm -rf "$DIR/variant"
    mkdir -p "$DIR/variant/languages"
    sed "$1" "$ROOT/grader/languages/cpp.lang" \
        >"$DIR/variant/languages/cpp.lang"
    ASSAY_SHARE_DIR=$DIR/variant ASSAY_COMPILED_MAX_MB=0 \
        driver -mv "$(package environment)"
}

@test "bits/stdc++.h is compiled ahead, and used for these very options only" {
    run -0 variant 's/-Wall/-Wall -H/'
    run ! grep -qF 'stdc++.h.gch' "$DIR/out"
    run -0 driver -p
    [ -s "$DIR/state/shown/cpp/bits/stdc++.h.gch" ]
    [ -z "$(ls "$DIR/state/prepare")" ]
    run -0 variant 's/-Wall/-Wall -Winvalid-pch -H/' # -H: "!" used, "x" not
    grep -qF '! /assay/cpp/bits/stdc++.h.gch' "$DIR/out"
    run ! grep -qF 'x /assay/cpp/bits/stdc++.h.gch' "$DIR/out"
    run -0 variant 's/-Wall/-Wall -Winvalid-pch -H/; s/gnu++20/gnu++17/'
    grep -qF 'x /assay/cpp/bits/stdc++.h.gch' "$DIR/out"
    run ! grep -qF '! /assay/cpp/bits/stdc++.h.gch' "$DIR/out"
    run -0 variant 's/-Wall/-Wall -Winvalid-pch -H -D_GLIBCXX_DEBUG/'
    run ! grep -qF '! /assay/cpp/bits/stdc++.h.gch' "$DIR/out"
}

@test "C++, with the header compiled ahead" {
    ASSAY_COMPILED_MAX_MB=0 judge "$(package cplusplus)"
}

@test "the header is made again for another build only, and whole at once" {
    local gch=$DIR/state/shown/cpp/bits/stdc++.h.gch before
    [ -s "$gch" ]
    before=$(stat -c %i "$gch")
    driver -p
    [ "$(stat -c %i "$gch")" = "$before" ]
    echo "of another build" >"$DIR/state/shown/cpp/made-for"
    # a compiler that fails leaves what was there
    mkdir -p "$DIR/bad/languages"
    sed 's/-O2/-O2 -fno-such-option/' "$ROOT/grader/languages/cpp.lang" \
        >"$DIR/bad/languages/cpp.lang"
    ASSAY_SHARE_DIR=$DIR/bad driver -p
    grep -q 'cannot compile a header ahead .*no-such-option' "$DIR/err"
    [ "$(stat -c %i "$gch")" = "$before" ]
    driver -p
    grep -q 'header compiled ahead language=cpp' "$DIR/err"
    [ "$(stat -c %i "$gch")" != "$before" ]
    [ "$(stat -c %a "$gch")" = 644 ]
}

@test "what is shown to programs they cannot change" {
    run ! "$BOX/box/box" -t -R "$DIR/nowhere"
    mkdir -p "$DIR/try/languages"
    sed 's,^try .*,try /usr/bin/touch /assay/x,' \
        "$ROOT/grader/languages/javascript.lang" >"$DIR/try/languages/javascript.lang"
    ASSAY_SHARE_DIR=$DIR/try "$BIN/grader/graderd" -c /dev/null -t \
        >"$DIR/out" 2>"$DIR/err"
    cat "$DIR/out" "$DIR/err"
    grep -q 'language javascript: does not work in this box' "$DIR/out"
    [ ! -e "$DIR/state/shown/x" ]
}

@test "graderd -t names what is missing, and what the box cannot run" {
    local tree=$DIR/soft dropped=()
    mkdir -p "$DIR/few/languages" "$tree"
    cp "$ROOT"/grader/languages/* "$DIR/few/languages"
    sed -i 's,/usr/bin/java,/usr/bin/no-java,' "$DIR/few/languages/java.lang"
    ASSAY_SHARE_DIR=$DIR/few "$BIN/grader/graderd" -c /dev/null -t >"$DIR/out"
    cat "$DIR/out"
    grep -qx 'language java: not installed' "$DIR/out"
    for id in bash c cpp; do grep -qE "^language $id: .* judge-" "$DIR/out"; done

    # no cgroup: address space is limited, of which Java reserves too much
    # (what node reserves, its zygote adds)
    cp "$BOX/box/box" "$BOX"/zygotes/{exec,node} "$tree"
    [ "$(id -u)" != 0 ] || {
        dropped=(setpriv --reuid=65534 --regid=65534 --clear-groups)
        chown -R 65534:65534 "$tree"
    }
    start_box "$tree/box.sock" "${dropped[@]}" "$tree/box" -u "$(id -u)" \
        -Z "$tree/exec"
    ASSAY_BOX_SOCKET=$tree/box.sock "$BIN/grader/graderd" -c /dev/null -t \
        >"$DIR/out"
    stop_box "$tree/box.sock"
    cat "$DIR/out"
    grep -q 'SOFT memory' "$DIR/out"
    grep -qE "^language java: (does not work in this box|not installed)" "$DIR/out"
    grep -qE "^language javascript: (v[0-9]|not installed)" "$DIR/out"
    grep -qE "^language cpp: g" "$DIR/out"
}
