# shellcheck shell=bash
# TAP for checks that look for offenders: `report` each, then `report_end`.

N=0 BAD=0

# Good when there are no offenders; else they are shown.
report() { # NAME OFFENDERS
    N=$((N + 1))
    if [ -z "$2" ]; then
        echo "ok $N - $1"
    else
        BAD=1
        echo "not ok $N - $1"
        printf '%s\n' "$2" | sed 's/^/#   /'
    fi
}

# The plan; exits with 1 when anything was reported.
report_end() {
    echo "1..$N"
    exit "$BAD"
}
