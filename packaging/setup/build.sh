# shellcheck shell=bash
# Configuring and building, the same way for ./run and ./test. Sourced after qca.sh, from the top of the checkout.
#
#   configure PRESET            only when something it depends on has changed
#   build PRESET [TARGET…]      says nothing but warnings and errors unless a terminal watches

# Both commands pass the same arguments, so that they share one tree and never configure it to and fro.
configure() {
    local preset=$1 tree=build/$1 stamp wanted log
    stamp=$tree/.configured
    wanted=$(printf '%s\n' "$PWD" "${QCA_CMAKE_ARGS[@]}")
    # Ninja itself configures again when a CMakeLists.txt changes; presets and arguments it does not know.
    if [[ -e $tree/build.ninja && -e $stamp && ! CMakePresets.json -nt $stamp && $(<"$stamp") == "$wanted" ]]; then
        return 0
    fi
    mkdir -p "$tree"
    log=$tree/configure.log
    local -a fresh=()
    # A tree that was configured for another place or another QCA holds paths that no longer lead anywhere.
    if [[ -e $tree/CMakeCache.txt ]]; then fresh=(--fresh); fi
    if ! cmake --preset "$preset" "${fresh[@]}" -DPOSTRIDER_WERROR=ON "${QCA_CMAKE_ARGS[@]}" >"$log" 2>&1; then
        cat "$log" >&2
        complain "CMake could not configure $tree; what it said stands above."
        return 1
    fi
    printf '%s\n' "$wanted" >"$stamp"
}

build() {
    local tree=build/$1
    shift
    if [[ -t 1 ]]; then
        ninja -C "$tree" "$@"
        return
    fi
    # Ninja says some things on lines of their own even when told to be quiet.
    ninja -C "$tree" --quiet "$@" | { grep -vE '^ninja: (Entering directory|no work to do)' || true; }
}
