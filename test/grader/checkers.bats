#!/usr/bin/env bats
# Checkers on the whole road: graderd, box, database.

load queue

setup_file() { COURSE=checkers queue_up; }
teardown_file() { stack_down; }

ASSIGNMENT="(SELECT id FROM assignments WHERE slug = 'any')"

@test "a checker's judgement is stored, with its words" {
    right=$(submit "$(new_user)" 'print("one two")')
    wrong=$(submit "$(new_user)" 'print("one two three")')
    eventually 20 is_judged "$right"
    eventually 20 is_judged "$wrong"
    [ "$(of "$right" verdict)" = accepted ]
    [ "$(of "$wrong" verdict)" = wrong_answer ]
    [ "$(of "$wrong" "report->'tests'->0->>'message'")" = "3 words are not two." ]
}

@test "a checker that fails: parked, never a verdict on the student, others go on" {
    user=$(new_user)
    bad=$(submit "$user" 'print("fault")')
    good=$(submit "$(new_user)" 'print("still two")')
    eventually 20 is_judged "$good"
    eventually 40 is "$bad" state parked
    [ "$(of "$bad" verdict)" = system_error ]
    [ "$(of "$bad" crashes)" = 3 ]
    [ "$(statuses "$bad")" = graded ]
    logged "checker failed package=any .* status=1 .*a fault of the package"
}

@test "runs leave nothing behind in run_dir but locks and budget" {
    [ "$(stat -c %a "$ASSAY_DIR/run/reruns")" = 600 ]
    [ "$(stat -c %s "$ASSAY_DIR/run/reruns")" -le 4096 ]
    [ "$(grep -c 'reruns do not pause' "$ASSAY_DIR"/log/graderd.log)" -eq 0 ]
}
