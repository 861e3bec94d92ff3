#!/usr/bin/env bats
# Every program of every package, in a real box, gets the verdict that its
# folder names: models, wrong solutions, forgers; and no starter is accepted.

load box

setup_file() { box_up courses 1950000000; }
teardown_file() { box_down; }

# What it prints is shown when a test fails.
judge() { # [-v] DIR
    "$BIN/test/grader/courses" "${@:1:$#-1}" "$ROOT/${!#}"
}
# What the student, or the staff, sees of one program: a line of JSON.
seen_by() { # WHO NAME
    grep "^# $2 $1 " <<<"$output" | sed "s|^# $2 $1 ||"
}
field() { # WHO NAME JQ
    seen_by "$1" "$2" | jq -r "$3"
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

@test "a checker in Python: right, wrong, and hostile outputs" {
    run judge -v test/grader/packages/factors
    cut -c 1-400 <<<"$output"
    [ "$status" -eq 0 ]
    one=wrong_answer/one.c
    # the student's words for the sample only, the staff's for the staff only
    [ "$(field student $one '.tests[0].message')" = \
        "The product of 1 and 6 is not 6, or one of them is too small." ]
    [ "$(field student $one '.tests[1] | has("message")')" = false ]
    [[ $(seen_by student $one) != *"for the staff"* ]]
    [ "$(field staff $one '.tests[1].judge')" = "for the staff: 1 x 35" ]
    # a submission sees neither answer nor checker
    [ "$(field staff wrong_answer/looks_around.py '.tests[0].actual')" = \
        "['solution.py']" ]
    # no control character came through, whoever wrote it
    [ "$(field student wrong_answer/escapes.py '.tests[0].message' | tr -d '\n' |
        LC_ALL=C tr -dc '\000-\037\177' | wc -c)" -eq 0 ]
}

@test "a checker in C, of the legacy format, with arguments; points by group" {
    run judge -v test/grader/packages/interval
    cut -c 1-400 <<<"$output"
    [ "$status" -eq 0 ]
    # two of weight 3 are wrong, of weights 1 + 3 + 3 + 1 + 2
    [ "$(field staff wrong_answer/odd.py .score)" = 0.4 ]
    [ "$(field staff wrong_answer/odd.py '[.tests[].points] | join(" ")')" = \
        "1 0 0 1 2" ]
    [ "$(field student wrong_answer/odd.py '.tests[1].message')" = \
        "This one is to be even." ]
}

@test "a checker that fails in any way is nobody's verdict" {
    local how
    run judge -v test/grader/packages/bad-checker
    cut -c 1-400 <<<"$output"
    [ "$status" -eq 1 ]
    for how in floods hoards kills_its_shell loops raises signal sleeps \
        status_0 status_44; do
        grep -q "^not ok .* wrong_answer/$how.py: internal\$" <<<"$output"
    done
    # strange messages are cut, or none
    [ "$(field staff wrong_answer/long.py '.tests[0].message | length')" -lt 9000 ]
    [ "$(field staff wrong_answer/long.py '.tests[0].judge | length')" -lt 17000 ]
    for how in links pipe; do
        [ "$(field staff wrong_answer/$how.py '.tests[0].message')" = \
            "The output is not right." ]
    done
    # and the box goes on: those that judged are judged
    [ "$(grep -c '^ok ' <<<"$output")" -eq 5 ]
    # the log says why, on one line, with nothing in it that acts
    grep -q 'checker failed package=bad-checker .*test=secret/1 end=0 status=44' \
        <<<"$output"
    [[ $output != *$'\x1b'* ]]
}

@test "a checker that does not compile is nobody's verdict" {
    run judge test/grader/packages/no-checker
    [ "$status" -eq 1 ]
    grep -q "checker does not compile package=no-checker" <<<"$output"
    grep -q '^not ok 1 - no-checker: accepted/a.py: internal$' <<<"$output"
}

@test "a checker in a language that is not here is nobody's verdict" {
    run judge test/grader/packages/no-language
    [ "$status" -eq 1 ]
    grep -q "checker's language is not here package=no-language language=csharp" \
        <<<"$output"
    grep -q '^not ok 1 - no-language: accepted/a.py: internal$' <<<"$output"
}

@test "run: first_failure ends with the first test that fails" {
    local second=wrong_answer/second.py
    run judge -v test/grader/packages/stops
    cut -c 1-400 <<<"$output"
    [ "$status" -eq 0 ]
    [ "$(field staff $second '[.tests[].verdict] | join(" ")')" = \
        "accepted accepted wrong_answer" ]
    [ "$(field staff $second .score)" = 0.5 ]
    [ "$(field staff wrong_answer/sample.py '.tests | length')" = 1 ]
    [ "$(field staff accepted/echo.py '.tests | length')" = 4 ]
}

@test "input, expected and actual are shown for samples only" {
    run judge -v test/grader/packages/stops
    [ "$status" -eq 0 ]
    [ "$(field student wrong_answer/sample.py \
        '.tests[0] | .input + .expected + .actual + .stderr')" = \
        $'words of sample/1\nwords of sample/1\nguess\nnote of words of sample/1' ]
    [ "$(field student wrong_answer/second.py \
        '.tests[2] | keys | join(" ")')" = \
        "memory_kb name points sample time_ms verdict" ]
    # their words are in no part of what a student sees, not even by the
    # submission's own standard error
    [[ $(grep '^# [^ ]* student ' <<<"$output") != *"words of secret"* ]]
    grep -q "words of secret" <<<"$(grep '^# [^ ]* staff ' <<<"$output")"
}

@test "what a report says of crashes, compilers and time-outs" {
    run judge -v test/grader/packages/words
    cut -c 1-400 <<<"$output"
    [ "$status" -eq 0 ]
    [ "$(field student run_time_error/segv.c '.tests[0].message')" = \
        "The program was ended by signal 11 (Segmentation fault)." ]
    [ "$(field student run_time_error/status.py '.tests[0].message')" = \
        "The program ended with exit status 7." ]
    [[ $(field student run_time_error/asserts.c '.tests[0].message') == \
        *$'(Aborted).\n'*$'before\na.out: solution.c:8: main: Assertion'* ]]
    # where Python hung, and not where it pretends to have
    local hung=time_limit_exceeded/says_where.py
    [ "$(field student $hung '.tests[0].message')" = \
        "The program took too long. It was in line 13, in count." ]
    [[ $(field student $hung '.tests[0].stderr') == \
        *$'Stopped here (most recent call first):\n  File "solution.py", line 13 in count'* ]]
    # at most 64 KiB of the compiler's words
    local many
    many=$(field student compile_error/many.c '.feedback | utf8bytelength')
    [ "$many" -gt 60000 ]
    [ "$many" -lt 66000 ]
    # whatever the source has in it: ESC, BEL, NUL, C1, U+202E, bad UTF-8
    [[ $(field student compile_error/hostile.c .feedback) == *"#error"* ]]
    [ "$(field student compile_error/hostile.c .feedback | LC_ALL=C grep -cP \
        '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae')" -eq 0 ]
}

@test "box is gone: that is nobody's verdict" {
    ASSAY_BOX_SOCKET=$DIR/nobody.sock run judge courses/demo/hello
    [ "$status" -eq 1 ]
    [ "$(grep -c '^not ok .*: unavailable$' <<<"$output")" -gt 5 ]
    run ! grep -q '^ok' <<<"$output"
}
