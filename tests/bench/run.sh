#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# CPU of one HTTP decision as a ratio to bare libmicrohttpd; numbers go to build/bench/. Not a test: it cannot fail by time.
#   tests/bench/run.sh [--rounds 5] [--seconds 2] [--connections 64,900]
cd "$(dirname "$0")/../.." && exec python3 tests/bench/measure.py "$@"
