#!/usr/bin/env bats
# The python3 zygote does what /usr/bin/python3 does.

setup_file() {
    # shellcheck source=test/grader/box.bash
    . "$BATS_TEST_DIRNAME/box.bash"
    box_up python 1952000000
}

teardown_file() {
    . "$BATS_TEST_DIRNAME/box.bash"
    box_down
}

# What it prints is shown when a test fails.
@test "forty programs come out alike in either" {
    "$BIN/test/grader/python" "$ROOT/grader/languages" \
        "$BATS_TEST_DIRNAME"/python/*.py
}

@test "no two runs have the same random numbers" {
    run "$BIN/test/grader/python" "$ROOT/grader/languages" \
        "$BATS_TEST_DIRNAME"/python_random.py
    [ "$status" -eq 1 ]
    [ "$(grep -c '^#   0\.' <<<"$output")" -eq 2 ]
}
