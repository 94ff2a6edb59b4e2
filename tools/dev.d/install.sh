# SPDX-License-Identifier: MIT
# install.sh - ./dev install [--trained] [PREFIX]: program, library, manual,
# completion
#
# A build of its own (build-release) with optimisation; DESTDIR is honoured.
# --trained: half as fast again, and five minutes to build; see common-trained.sh

need build
dir=build-release
if [ "${1:-}" = --trained ]; then
    shift
    . tools/dev.d/common-trained.sh
    dir=build-trained
    build_trained
fi
prefix=${1:-/usr/local}
configure "$dir" --buildtype=release --prefix="$prefix"
meson configure "$dir" --prefix="$prefix" -Dbench=false >/dev/null
# Only what is installed: the tests are of no use here.
compile "$dir" $(meson introspect "$dir" --targets | python3 -c '
import json, os, sys
for target in json.load(sys.stdin):
    if target["installed"]:
        for name in target["filename"]:
            print(os.path.relpath(name, sys.argv[1]))' "$ROOT/$dir")
meson install -C "$dir" --no-rebuild
