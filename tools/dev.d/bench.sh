# SPDX-License-Identifier: MIT
# bench.sh - ./dev bench [NAME...]: instructions per operation (bench/bench.py)

need build test bench
configure build-bench -Dbench=true --buildtype=release
compile build-bench
exec python3 bench/bench.py build-bench "$@"
