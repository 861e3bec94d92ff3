#!/usr/bin/env bats
# Every program of every package, in a real box, gets the verdict that its
# folder names: models, wrong solutions, forgers; and no starter is accepted.

setup_file() {
    bats_require_minimum_version 1.5.0
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    DIR=$(mktemp -d "${TMPDIR:-/tmp}/assay-courses.XXXXXX")
    BIN=$ROOT/build/${B:-debug}
    mkdir "$DIR/share" "$DIR/state"
    ln -s "$ROOT/grader/languages" "$ROOT/grader/zygote" "$DIR/share"
    # ids of its own, so that a stack may run at the same time
    "$BIN/grader/box/box" -s "$DIR/box.sock" -n 2 -U 1950000000 \
        >"$DIR/box.log" 2>&1 3>&- &
    echo $! >"$DIR/box.pid"
    for _ in {1..100}; do
        [ ! -S "$DIR/box.sock" ] || break
        sleep 0.1
    done
    [ -S "$DIR/box.sock" ] || cat "$DIR/box.log"
    export ROOT DIR BIN
    export ASSAY_SHARE_DIR=$DIR/share ASSAY_BOX_SOCKET=$DIR/box.sock
    export ASSAY_STATE_DIR=$DIR/state
}

teardown_file() {
    kill "$(cat "$DIR/box.pid")"
    wait "$(cat "$DIR/box.pid")" || true
    rm -rf "$DIR"
}

# What it prints is shown when a test fails.
judge() { # DIR
    "$BIN/test/grader/courses" "$ROOT/$1"
}

@test "hello" { judge courses/demo/hello; }
@test "hello-world" { judge courses/demo/hello-world; }
@test "sum" { judge courses/demo/sum; }
@test "greeting" { judge courses/demo/greeting; }
@test "total" { judge courses/demo/total; }
@test "fizzbuzz" { judge courses/demo/fizzbuzz; }
@test "average" { judge courses/demo/average; }
@test "largest-gap" { judge courses/demo/largest-gap; }

@test "these are all packages of the demo course" {
    for dir in "$ROOT"/courses/demo/*/; do
        grep -q "@test \"$(basename "$dir")\"" "$BATS_TEST_FILENAME"
        grep -q "package: $(basename "$dir")\$" "$ROOT/courses/demo/course.yaml"
    done
}

@test "what tests may do with another process" { judge test/grader/packages/split; }
@test "programs that forge the verdict of split tests" {
    judge test/grader/packages/unforgeable
}
@test "programs that forge their verdict" {
    judge test/grader/packages/forgery
}

@test "tests that do not load are nobody's verdict" {
    run judge test/grader/packages/broken
    [ "$status" -eq 1 ]
    grep -q "ModuleNotFoundError: No module named 'no_such_module'" <<<"$output"
    grep -q '^not ok 1 - broken: accepted/answer.py: internal$' <<<"$output"
}

@test "box is gone: that is nobody's verdict" {
    ASSAY_BOX_SOCKET=$DIR/nobody.sock run judge courses/demo/hello
    [ "$status" -eq 1 ]
    [ "$(grep -c '^not ok .*: unavailable$' <<<"$output")" -gt 5 ]
    run ! grep -q '^ok' <<<"$output"
}
