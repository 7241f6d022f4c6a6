# shellcheck shell=bash
# What Postrider needs from Debian's packages, and how to get what is missing. Sourced by ./run and ./test.
#
#   install_packages GROUP…     GROUP: build, qca, qca-source, test, bench, bench-node
#
# When nothing is missing it costs one dpkg-query. Otherwise it says in a line what it installs and why, and does so
# without questions. It removes no package, starts no service, and touches no file outside the package manager's.

say() { printf '== %s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }

# "a|b": either will do; names differ between releases of Debian.
packages_of() {
    case $1 in
    build)
        echo g++ cmake ninja-build ccache 'pkg-config|pkgconf' \
            qt6-base-dev qt6-base-dev-tools qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools \
            'libqt6svg6-dev|qt6-svg-dev' libqt6sql6-sqlite libspdlog-dev qtkeychain-qt6-dev libsecret-1-0 \
            libssl-dev libgl1 fonts-dejavu-core ca-certificates
        ;;
    qca) echo libqca-qt6-dev libqca-qt6-plugins ;;
    qca-source) echo qt6-5compat-dev libsasl2-dev xz-utils debian-archive-keyring ;;
    test)
        echo clang clang-format python3 openssl procps postfix dovecot-core dovecot-submissiond dovecot-lmtpd \
            gnome-keyring dbus dbus-daemon xvfb xauth openbox xdotool x11-utils imagemagick
        ;;
    bench) echo python3 postfix msmtp curl ;;
    bench-node) echo nodejs npm ;;
    *) return 1 ;;
    esac
}

purpose_of() {
    case $1 in
    build) echo 'to build and run Postrider' ;;
    qca) echo 'for signing, encryption and the sealed vault' ;;
    qca-source) echo 'to build QCA (signing, encryption, the sealed vault), which this release lacks for Qt 6' ;;
    test) echo 'for the tests: real mail servers, a keychain, a display without a screen, and clang for the fuzz targets' ;;
    bench | bench-node) echo 'to measure beside: other programs that send mail' ;;
    esac
}

have_apt() { command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; }

# Prints those of its arguments of which no alternative is installed.
missing_packages() {
    local wanted=("$@") item name found
    local -a names=() alternatives
    for item in "${wanted[@]}"; do
        IFS='|' read -ra alternatives <<<"$item"
        names+=("${alternatives[@]}")
    done
    local installed
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package} \n' "${names[@]}" 2>/dev/null || true)
    for item in "${wanted[@]}"; do
        IFS='|' read -ra alternatives <<<"$item"
        found=
        for name in "${alternatives[@]}"; do
            [[ $'\n'$installed == *$'\n'"installed $name "* ]] && found=1
        done
        [[ $found ]] || printf '%s\n' "$item"
    done
}

# True when apt could install the package named.
has_candidate() {
    local policy
    policy=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null || true)
    [[ $policy == *'Candidate: '* && $policy != *'Candidate: (none)'* ]]
}

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

may_become_root() {
    [[ $(id -u) == 0 ]] && return 0
    command -v sudo >/dev/null || return 1
    # Without a terminal nobody can answer sudo's question.
    sudo -n true 2>/dev/null || [[ -t 0 && -t 2 ]]
}

packages_updated=

update_package_lists() {
    [[ $packages_updated ]] && return 0
    as_root apt-get update -qq || complain 'The package lists could not be refreshed; going on with those at hand.'
    packages_updated=1
}

# A mail server other than Postfix is somebody's working configuration: Postfix would push it out.
other_mail_server() {
    dpkg-query -W -f='${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null |
        awk '$1 == "installed" && $2 != "postfix" && /mail-transport-agent/ { print $2; exit }'
}

# Runs apt-get in a subshell, so that its own exit trap takes the temporary policy away again.
apt_install() (
    policy=/usr/sbin/policy-rc.d
    made_policy=
    log=$(mktemp)
    cleanup() {
        rm -f "$log"
        [[ $made_policy ]] && as_root rm -f "$policy"
        return 0
    }
    trap cleanup EXIT
    trap 'exit 130' INT TERM
    # The packages' own services stay asleep: the tests start private instances in their own folders.
    if [[ ! -e $policy ]]; then
        made_policy=1
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    if [[ " $* " == *' postfix '* ]]; then
        # Without a main.cf of its own there is no system-wide Postfix to start, now or at the next boot.
        command -v debconf-set-selections >/dev/null &&
            printf 'postfix postfix/main_mailer_type select No configuration\n' | as_root debconf-set-selections
    fi
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove \
        -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1; then
        tail -n 25 "$log" >&2
        exit 1
    fi
    if [[ " $* " == *' dovecot-core '* ]] && command -v systemctl >/dev/null; then
        as_root systemctl disable -q dovecot.service dovecot.socket >/dev/null 2>&1 || true
    fi
)

install_packages() {
    local group item name other
    local -a wanted alternatives missing chosen
    for group in "$@"; do
        read -ra wanted <<<"$(packages_of "$group")"
        if ! have_apt; then
            say "No apt-get here; going on with what is installed. Needed $(purpose_of "$group"): ${wanted[*]}"
            continue
        fi
        mapfile -t missing < <(missing_packages "${wanted[@]}")
        ((${#missing[@]})) || continue

        if [[ " ${missing[*]} " == *' postfix '* ]]; then
            other=$(other_mail_server)
            if [[ $other ]]; then
                say "Postfix stays out because $other is installed; the tests that need it will be skipped."
                local -a rest=()
                for item in "${missing[@]}"; do [[ $item == postfix ]] || rest+=("$item"); done
                missing=("${rest[@]}")
                ((${#missing[@]})) || continue
            fi
        fi
        if ! may_become_root; then
            complain "Please install these packages $(purpose_of "$group"), then start again:" \
                "apt-get install --no-install-recommends ${missing[*]%%|*}"
            exit 1
        fi
        update_package_lists
        chosen=()
        for item in "${missing[@]}"; do
            IFS='|' read -ra alternatives <<<"$item"
            name=${alternatives[0]}
            if ((${#alternatives[@]} > 1)) && ! has_candidate "$name"; then
                name=${alternatives[1]}
            fi
            chosen+=("$name")
        done
        if [[ $(id -u) == 0 ]]; then
            say "Installing $(purpose_of "$group"): ${chosen[*]}"
        else
            say "Installing through sudo $(purpose_of "$group"): ${chosen[*]}"
        fi
        if ! apt_install "${chosen[@]}"; then
            complain "apt-get could not install what is needed $(purpose_of "$group"): ${chosen[*]}"
            exit 1
        fi
    done
}
