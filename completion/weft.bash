# SPDX-License-Identifier: MIT
# weft.bash - what the Tab key offers behind "weft" in bash

_weft() {
    local current=${COMP_WORDS[COMP_CWORD]} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ]; then
        words="visit ping trace lab run ss ps iomodels drill up why hops show back help --help --version"
    elif [[ $COMP_CWORD = 2 && ${COMP_WORDS[1]} = lab ]]; then
        words="run check show keys schema --help"
    elif [[ $current == -* ]]; then
        case ${COMP_WORDS[1]} in
        visit) words="--lab --on -4 --ipv4 -6 --ipv6 --fault --again --hops --out --seed -o -s -q -v -vv
                      --json --ascii --help" ;;
        ping) words="--lab --on -4 --ipv4 -6 --ipv6 --fault --out --seed -o -s --json
                     -c --count --size --help" ;;
        trace) words="--lab --on -4 --ipv4 -6 --ipv6 --fault --out --seed -o -s --json
                      --help" ;;
        lab) words="-o --out --seed --twice -q -v -vv --json --ascii --help" ;;
        up) words="--tap --serial --ppp --ping --address --dhcp --gateway --serve --port --echo --mtu
                   --mac --offload --queues --thread --delay --loss --rate -v --verbose --json
                   --help" ;;
        run) words="-o --out --json --uplink --help" ;;
        ss) words="--at --pid -t -u -l -i -o --epoll --json --help host state port sport dport" ;;
        ps) words="--at --pid --json --help host" ;;
        iomodels) words="--connections --requests --at-once --model --json --help" ;;
        show) words="-v --verbose -l --log -j --json --signal --ascii --help" ;;
        why | back) words="-l --log -j --json --help" ;;
        drill) words="-v --verbose -q --quiet --strict --check --json --tap
                      --ascii -j --jobs --help" ;;
        hops) words="-l --log --help" ;;
        esac
    elif [[ $COMP_CWORD = 2 && ${COMP_WORDS[1]} = up ]]; then
        words=$(compgen -G '/sys/class/net/*')
        words="tap: packet: xdp: ${words//\/sys\/class\/net\//}"
    elif [[ $COMP_CWORD = 2 && ${COMP_WORDS[1]} = visit ]]; then
        words="http://www.shop.test/"
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o filenames -F _weft weft
