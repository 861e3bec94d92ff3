#!/bin/bash
# The short form of the chaos driver, as TAP: each class of faults once, then
# all invariants.  The same plan each time, so that a failure is the change's;
# SEED=n takes another one, and `make chaos` a new one each time.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec test/chaos/chaos.py --short --build "${B:-debug}" --seed "${SEED:-4711}" \
    --json "build/chaos-short.json"
