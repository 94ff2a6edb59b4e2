# SPDX-License-Identifier: MIT
# bench.sh - ./dev bench [--trained] [NAME...]: instructions per operation
# (bench/bench.py); --trained: of the fastest build, see common-trained.sh
# ./dev bench hub, ./dev bench wire: tables in virtual time, the same everywhere
# ./dev bench waiting [--svg FILE]: one event among idle descriptors
# ./dev bench tap: with the kernel, over devices of this machine (bench/tap.py)

need build test bench
dir=build-bench
if [ "${1:-}" = --trained ]; then
    shift
    . tools/dev.d/common-trained.sh
    dir=build-trained
    build_trained
    compile "$dir" $(ninja -C "$dir" -t targets all |
        sed -n 's/^\(bench\/[a-z-]*\): c_LINKER.*/\1/p')
else
    configure "$dir" -Dbench=true --buildtype=release
    compile "$dir"
fi
case "${1:-}" in
hub)  exec "$dir/bench/hub-table" ;;
tap)  shift; exec python3 bench/tap.py "$dir" "$@" ;;
waiting) shift; exec python3 bench/waiting.py "$dir" "$@" ;;
wire) shift; exec "$dir/bench/wire-errors" "$@" ;;
esac
exec python3 bench/bench.py "$dir" "$@"
