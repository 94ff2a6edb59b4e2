# SPDX-License-Identifier: MIT
# build.sh - ./dev build [TARGET...]: compile into build/ (build-clang/)

need build $(compiler_groups)
dir=build$(compiler_suffix)
configure "$dir" ${WERROR:+-Dwerror=true}
compile "$dir" "$@"
