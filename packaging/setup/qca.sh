# shellcheck shell=bash disable=SC2034
# QCA (the Qt Cryptographic Architecture) for Qt 6. Sourced by ./run and ./test after packages.sh.
#
#   setup_qca      makes sure it is there; sets the array QCA_CMAKE_ARGS to what CMake has to be told
#   qca_prefix     prints the folder it was built into, or nothing where the distribution's own is used
#
# Where the distribution has no QCA for Qt 6, version 2.3.10 is built from Debian 13's source package, once a machine,
# into a cache folder outside the checkout. Where it can be had in neither way the program is built without it.

qca_version=2.3.10
QCA_CMAKE_ARGS=()

qca_cache() {
    local home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
    printf '%s/postrider' "${XDG_CACHE_HOME:-$home/.cache}"
}

qt_version() {
    local qmake
    for qmake in qmake6 /usr/lib/qt6/bin/qmake; do
        if command -v "$qmake" >/dev/null; then
            "$qmake" -query QT_VERSION
            return
        fi
    done
    return 1
}

qca_built_prefix() { printf '%s/qca-%s-%s' "$(qca_cache)" "$qca_version" "$(qt_version)"; }

# The stamp is written last, so a prefix that has it is whole.
qca_is_built() { [[ -e $1/.complete ]]; }

qca_prefix() {
    local prefix
    prefix=$(qca_built_prefix)
    if qca_is_built "$prefix"; then printf '%s\n' "$prefix"; fi
}

# Prints the address of the mirror this machine takes Debian from; both forms of apt's source lists are read.
debian_mirror() {
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        [[ -r $file ]] || continue
        case $file in
        *.sources) awk 'tolower($1) == "uris:" { for (i = 2; i <= NF; i++) print $i }' "$file" ;;
        *.list) awk '$1 == "deb" || $1 == "deb-src" {
                    i = 2
                    if ($i ~ /^\[/) { while ($i !~ /\]$/ && i < NF) i++; i++ }
                    print $i }' "$file" ;;
        esac
    done | grep -E '/debian/?$' | head -n 1
}

# Fetches the source archive named by Debian's signed package lists into the current folder. The machine's own lists
# and sources are left as they are: this apt has its own folders.
fetch_qca_source() {
    local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    mirror=$(debian_mirror)
    [[ $mirror && -r $keyring ]] || return 1
    mkdir -p apt/lists/partial apt/cache/archives/partial apt/parts
    printf 'deb-src [signed-by=%s] %s trixie main\n' "$keyring" "$mirror" >apt/sources.list
    local -a own=(
        -o Dir::Etc::sourcelist="$PWD/apt/sources.list" -o Dir::Etc::sourceparts="$PWD/apt/parts"
        -o Dir::State::lists="$PWD/apt/lists" -o Dir::Cache="$PWD/apt/cache"
        -o Acquire::Languages=none -o APT::Sandbox::User=
    )
    apt-get "${own[@]}" -qq update && apt-get "${own[@]}" -qq source --tar-only --download-only qca2
}

# The paths are compiled in, hence the final prefix from the start, DESTDIR for the install and one rename at the end.
build_qca() (
    prefix=$1
    work=$(mktemp -d "$(qca_cache)/qca-build.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    launcher=()
    if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
    # One chain, because `set -e` counts for nothing in a function whose outcome is asked for.
    cd "$work" && fetch_qca_source && mkdir source &&
        tar -xf qca2_*.orig.tar.* -C source --strip-components=1 &&
        cmake -S source -B build -G Ninja -DCMAKE_BUILD_TYPE=Release "${launcher[@]}" \
            -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_RPATH="$prefix/lib" \
            -DBUILD_WITH_QT6=ON -DQCA_SUFFIX=qt6 -DQCA_INSTALL_IN_QT_PREFIX=OFF \
            -DQCA_PLUGINS_INSTALL_DIR="$prefix/lib/qca-qt6" -DBUILD_TESTS=OFF -DBUILD_TOOLS=OFF \
            -DBUILD_PLUGINS='ossl;gnupg;cyrus-sasl' &&
        cmake --build build &&
        DESTDIR="$work/root" cmake --install build &&
        touch "$work/root$prefix/.complete" &&
        rm -rf "$prefix" &&
        mv -T "$work/root$prefix" "$prefix"
)

setup_qca() {
    local prefix log started=$SECONDS
    QCA_CMAKE_ARGS=()
    prefix=$(qca_built_prefix) || prefix=
    if [[ $prefix ]] && qca_is_built "$prefix"; then
        QCA_CMAKE_ARGS=(-DCMAKE_PREFIX_PATH="$prefix")
        return 0
    fi
    have_apt || return 0 # CMake looks for the system's own and says when there is none
    [[ $(missing_packages libqca-qt6-dev) ]] || return 0
    update_package_lists_if_root
    if has_candidate libqca-qt6-dev; then
        install_packages qca
        return 0
    fi
    install_packages qca-source
    mkdir -p "$(qca_cache)"
    log=$(qca_cache)/qca-build.log
    exec {qca_lock}>"$(qca_cache)/qca.lock"
    if ! flock -n "$qca_lock"; then
        say 'Another run is building QCA; waiting for it.'
        flock "$qca_lock"
    fi
    if ! qca_is_built "$prefix"; then
        say "Building QCA $qca_version for Qt $(qt_version) from Debian's source, once on this machine (about two minutes)"
        if build_qca "$prefix" >"$log" 2>&1; then
            say "QCA is ready ($((SECONDS - started)) s)"
        fi
    fi
    exec {qca_lock}>&-
    if qca_is_built "$prefix"; then
        QCA_CMAKE_ARGS=(-DCMAKE_PREFIX_PATH="$prefix")
    else
        say "QCA could not be built (see $log); going on without it"
        QCA_CMAKE_ARGS=(-DWITH_QCA=OFF)
    fi
}

# A fresh machine may have no lists at all, and would then seem to have no candidate.
update_package_lists_if_root() {
    if may_become_root; then update_package_lists; fi
}
