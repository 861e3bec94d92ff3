#!/bin/bash
# The short form of the chaos driver, as TAP: each class of faults once, then
# all invariants.  A new seed each time, printed first; SEED=n repeats one.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec test/chaos/chaos.py --short --build "${B:-debug}" ${SEED:+--seed "$SEED"} \
    --json "build/chaos-short.json"
