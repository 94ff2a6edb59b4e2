# SPDX-License-Identifier: MIT
# bench.sh - ./dev bench [--trained] [ID...] [--quick] [--json] [--list]
#
# Every figure of docs/figures.md beside its peers (bench/figures.py), or those
# named: ./dev bench P1 P4.  --trained: of the fastest build, see
# common-trained.sh.  --install-peers: the Debian packages of the peers first.
#
# ./dev bench instructions [NAME...]: of each operation (bench/bench.py); a
#	name alone does, too: ./dev bench stack
# ./dev bench growth [--svg DIR]: what an event costs among so many others
# ./dev bench hub, ./dev bench wire: tables in virtual time, the same everywhere
# ./dev bench waiting [--svg FILE]: one event among idle descriptors
# ./dev bench tap: with the kernel, over devices of this machine (bench/tap.py)

need build test bench
dir=build-bench is_trained=no args=()
for arg; do
    case $arg in
    --trained) is_trained=yes ;;
    --install-peers) need peers ;;
    *) args+=("$arg") ;;
    esac
done
set -- "${args[@]}"
if [ $is_trained = yes ]; then
    . tools/dev.d/common-trained.sh
    dir=build-trained
    build_trained
else
    configure "$dir" -Dbench=true --buildtype=release
fi
compile "$dir" build.ninja # which may name programs that are new
# Only what is measured: the tests are of no use here.
compile "$dir" weft $(ninja -C "$dir" -t targets all |
    sed -n 's/^\(bench\/[a-z-]*\): c_LINKER.*/\1/p')
# The sizes of Z5 are of a build for size, without what nobody calls.
build_small() {
    configure build-size --buildtype=minsize -Dbench=true
    compile build-size libweft.so.0.1.0 bench/bench-stack
}

# wants_size ARGUMENT... - whether Z5 is among what is asked for
wants_size() {
    local arg has_name=
    for arg; do
        case $arg in
        --list | Z5*) [ "$arg" != --list ]; return ;;
        -*) ;;
        *) has_name=yes ;;
        esac
    done
    [ -z "$has_name" ]
}

if wants_size "$@"; then
    build_small
fi
case "${1:-}" in
hub)  exec "$dir/bench/hub-table" ;;
tap)  shift; exec python3 bench/tap.py "$dir" "$@" ;;
waiting) shift; exec python3 bench/waiting.py "$dir" "$@" ;;
growth) shift; exec python3 bench/growth.py "$dir" "$@" ;;
wire) shift; exec "$dir/bench/wire-errors" "$@" ;;
instructions) shift; exec python3 bench/bench.py "$dir" "$@" ;;
'' | -* | [PZ][0-9]*) exec python3 bench/figures.py "$dir" "$@" ;;
esac
exec python3 bench/bench.py "$dir" "$@"
