# SPDX-License-Identifier: MIT
# install.sh - ./dev install [PREFIX]: program, library, manual, completion
#
# A build of its own (build-release) with optimisation; DESTDIR is honoured.

need build
prefix=${1:-/usr/local}
configure build-release --buildtype=release --prefix="$prefix"
meson configure build-release --prefix="$prefix" >/dev/null
compile build-release
meson install -C build-release --no-rebuild
