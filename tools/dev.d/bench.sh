# SPDX-License-Identifier: MIT
# bench.sh - ./dev bench [NAME...]: instructions per operation (bench/bench.py);
# ./dev bench hub, ./dev bench wire: tables in virtual time, the same everywhere

need build test bench
configure build-bench -Dbench=true --buildtype=release
compile build-bench
case "${1:-}" in
hub)  exec build-bench/bench/hub-table ;;
wire) shift; exec build-bench/bench/wire-errors "$@" ;;
esac
exec python3 bench/bench.py build-bench "$@"
