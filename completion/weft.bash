# SPDX-License-Identifier: MIT
# weft.bash - what the Tab key offers behind "weft" in bash

_weft() {
    local current=${COMP_WORDS[COMP_CWORD]} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ]; then
        words="visit lab why show hops back help"
    elif [ "$COMP_CWORD" = 2 ]; then
        case ${COMP_WORDS[1]} in
        lab) words="run check show schema" ;;
        visit) words="http://www.shop.test/ -q -v -vv -o --ascii --hops" ;;
        esac
    elif [[ $current == -* ]]; then
        case ${COMP_WORDS[1]} in
        visit) words="-q -v -vv -o --ascii --hops" ;;
        lab) words="-o --twice" ;;
        why | show | hops | back) words="-l" ;;
        esac
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o filenames -F _weft weft
