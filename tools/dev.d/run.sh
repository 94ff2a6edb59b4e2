# SPDX-License-Identifier: MIT
# run.sh - ./dev run FILE [OPTIONS]: build, then run that lab file

need build
configure build
compile build weft
weft=$PWD/build/weft
cd "$ARG_DIR"
exec "$weft" lab run "$@"
