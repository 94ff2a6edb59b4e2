# SPDX-License-Identifier: MIT
# common-trained.sh - the fastest build, for `./dev bench --trained` and
# `./dev install --trained`
#
# A stack is a hundred small functions in a row, and nearly all packets take
# the same way through them.  The compiler cannot know which way: so the
# programs of bench/ are built once with counters in every branch and run for
# a few seconds, and then all is built again with what they counted, and linked
# as a whole, so that functions of different files flow into one another.
# The profile is of this machine and this source, and is not kept.

# train DIR - everyday traffic: bulk, requests, connections, datagrams, hops.
train() {
    local bench=$1/bench
    "$bench/bench-stack" tcp-segment 200000
    "$bench/bench-stack" tcp-64k 5000
    "$bench/bench-stack" tcp-request 200000
    "$bench/bench-stack" tcp-connect 20000
    "$bench/bench-stack" udp-64 200000
    "$bench/bench-chain" chain-hop 500000
    "$bench/bench-router" forward 500000
    "$bench/bench-flood" syn-flood 100000
    "$bench/bench-vnet" switch-frame 300000
}

# build_trained [MESON-OPTION...] - into build-trained/
build_trained() {
    local dir=build-trained program
    local -a programs=()
    for program in stack chain router flood vnet; do
        programs+=("bench/bench-$program")
    done
    rm -rf "$dir"
    configure "$dir" --buildtype=release -Dbench=true -Db_lto=true \
        -Db_pgo=generate "-Dc_args=-ffat-lto-objects" "$@"
    compile "$dir" "${programs[@]}"
    say "training (ten seconds)"
    train "$dir"
    meson configure "$dir" -Db_pgo=use \
        "-Dc_args=-ffat-lto-objects -Wno-missing-profile" >/dev/null
}
