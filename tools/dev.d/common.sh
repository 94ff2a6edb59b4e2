# SPDX-License-Identifier: MIT
#
# common.sh - what the commands of ./dev share: packages, build directories
#
# Each command names the groups of tools/packages.txt that it needs, and
# builds into a directory of its own kind: build (gcc), build-clang,
# build-asan, ...  A build is silent unless it takes long or fails.

JOBS=${JOBS:-$(nproc 2>/dev/null || echo 2)}

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "./dev: $1"
    exit "${2:-1}"
}

# group_list GROUP... - the packages of these groups, each once.
group_list() {
    local want=" $* " group package rest
    while read -r group package rest; do
        [[ $group == '#'* || -z $group ]] && continue
        [[ $want == *" $group "* ]] && printf '%s\n' "$package"
    done <tools/packages.txt | sort -u
}

# missing_list GROUP... - those of them that are not installed.
missing_list() {
    local package state
    local -a wanted
    local -A have=()
    mapfile -t wanted < <(group_list "$@")
    while read -r package state; do
        [ "$state" != installed ] || have[$package]=yes
    done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' \
        "${wanted[@]}" 2>/dev/null)
    for package in "${wanted[@]}"; do
        [ -n "${have[$package]:-}" ] || printf '%s\n' "$package"
    done
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
        --no-install-recommends "$@"
}

# need GROUP... - make sure that the packages are there, or say what to type.
need() {
    command -v dpkg-query >/dev/null || return 0
    local -a missing
    local log=${TMPDIR:-/tmp}/weft-setup.$$.log
    mapfile -t missing < <(missing_list "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        say "./dev: these Debian packages are missing: ${missing[*]}"
        say "To install them, type:"
        say "  sudo apt-get update && sudo apt-get install" \
            "--no-install-recommends ${missing[*]}"
        exit 3
    fi
    say "installing: ${missing[*]}"
    if apt_install "${missing[@]}" >"$log" 2>&1 ||
        { apt-get update -q && apt_install "${missing[@]}"; } >"$log" 2>&1
    then
        rm -f "$log"
        return 0
    fi
    tail -n 20 "$log" >&2
    die "could not install: ${missing[*]} (whole log: $log)" 3
}

# our_files PATTERN [PATH...] - the files of the project of that name.
our_files() {
    local pattern=$1
    shift
    [ $# -gt 0 ] || set -- src include tests bench tools
    find "$@" -type f -name "$pattern" | sort
}

# The compiler, through ccache where there is one.
compiler() {
    local cc=${CC:-gcc}
    if [[ $cc != *ccache* ]] && command -v ccache >/dev/null; then
        cc="ccache $cc"
    fi
    printf '%s' "$cc"
}

# The suffix that tells the directories of two compilers apart.
compiler_suffix() {
    case ${CC:-gcc} in
    *clang*) printf -- '-clang' ;;
    esac
}

compiler_groups() {
    case ${CC:-gcc} in
    *clang*) printf 'clang' ;;
    esac
}

# progress LABEL - passes a ninja log on as one line that moves, on a terminal
# and after the first second; anywhere else it only reads.
progress() {
    local label=$1 line start=$SECONDS shown=
    while IFS= read -r line; do
        [[ -t 2 && $line == '['*']'* ]] || continue
        [ $((SECONDS - start)) -ge 1 ] || continue
        printf '\r%s %s\033[K' "$label" "${line%%]*}]" >&2
        shown=yes
    done
    [ -z "$shown" ] || printf '\r\033[K' >&2
}

# configure DIR [MESON-OPTION...] - once; a directory whose configuration
# failed or is of another source tree is made anew.
configure() {
    local dir=$1
    shift
    [ -f "$dir/build.ninja" ] && return 0
    rm -rf "$dir"
    mkdir -p "$dir"
    say "configuring $dir/ (the first build takes about a minute)"
    if ! CC=$(compiler) meson setup "$dir" "$@" >"$dir.log" 2>&1; then
        tail -n 15 "$dir.log" >&2
        rm -rf "$dir"
        die "could not configure $dir (whole log: $dir.log)"
    fi
    rm -f "$dir.log"
}

# compile DIR [TARGET...]
compile() {
    local dir=$1 log=$1/dev-build.log
    shift
    ninja -C "$dir" -j "$JOBS" -k 20 "$@" 2>&1 | tee "$log" |
        progress "building $dir" || {
        sed -n '/^FAILED:/,$p; /ERROR:/p' "$log" |
            grep -vE '^\[[0-9]+/[0-9]+\] ' | head -n 60 >&2
        die "the build failed (whole log: $log)"
    }
}
