#!/bin/bash
# For maintainers, by hand, as root: does a clean clone work on a Debian 12 with nothing installed, and how long does it
# take? Makes a minimal system in a temporary folder, clones what is committed here into it (below a folder with a blank
# in its name), runs ./run and ./test twice each, and prints the times. Needs debootstrap (or a ready base) and git.
#
#   packaging/setup/fresh-machine-check.sh [--base FOLDER] [--keep]
#
#   --base FOLDER   a folder debootstrap has filled before; it is copied, not changed
#   --keep          leave the system behind and say where
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$here/packages.sh"
. "$here/qca.sh"
checkout=$(git -C "$here" rev-parse --show-toplevel)

base='' keep=''
while (($# > 0)); do
    case $1 in
    --base) base=$2; shift 2 ;;
    --keep) keep=1; shift ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 64 ;;
    esac
done
if [[ $(id -u) != 0 ]]; then
    complain 'Making a system of its own takes root.'
    exit 1
fi
mirror=$(debian_mirror) || true
if [[ ! $mirror ]]; then
    complain "No mirror of Debian stands in this machine's package sources."
    exit 1
fi

work=$(mktemp -d "${TMPDIR:-/var/tmp}/postrider-fresh.XXXXXX")
root=$work/root
finish() {
    if [[ $keep ]]; then
        say "The system is left in $root"
    else
        rm -rf --one-file-system "$work"
    fi
}
trap finish EXIT
trap 'exit 130' INT TERM

if [[ $base ]]; then
    say "Copying the minimal system from $base"
    cp -a "$base" "$root"
else
    say 'Making a minimal system (debootstrap)'
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 || {
        tail -n 20 "$work/debootstrap.log" >&2
        exit 1
    }
fi

# The way to the packages is this machine's: mirror, proxy, name resolution. Nothing else is taken along.
{
    printf 'deb %s bookworm main\ndeb %s bookworm-updates main\n' "$mirror" "$mirror"
    security=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v '^ *#' |
        grep -oE '[a-z+]+://[^ ]*/debian-security/?' | head -n 1 || true)
    if [[ $security ]]; then printf 'deb %s bookworm-security main\n' "$security"; fi
} >"$root/etc/apt/sources.list"
for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
    if [[ -f $file ]] && grep -q '^ *Acquire' "$file"; then cp "$file" "$root/etc/apt/apt.conf.d/"; fi
done
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"

folder='/root/a clean clone'
git clone -q --no-hardlinks "$checkout" "$root$folder"

environment=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    if [[ ${!name:-} ]]; then environment+=("$name=${!name}"); fi
done

# In namespaces of their own, so that every process and mount ends with the command.
inside() {
    # shellcheck disable=SC2016 # expanded by the inner shells
    unshare --mount --pid --fork --kill-child bash -c '
        set -e
        mount -t proc proc "$0/proc"
        mount --rbind /dev "$0/dev"
        mount -t sysfs -o ro sysfs "$0/sys" 2>/dev/null || true
        mount -t tmpfs tmpfs "$0/tmp"
        exec chroot "$0" /usr/bin/env -i "${@:2}" /bin/bash -c "cd \"\$0\" && exec $1" "'"$folder"'"
    ' "$root" "$1" "${environment[@]}"
}

declare -a report=()
status=0
for command in './run' './run' './test' './test'; do
    say "$command on the fresh machine"
    from=$SECONDS
    outcome=0
    inside "$command" </dev/null || outcome=$?
    report+=("$(printf '%-8s exit %-3d %5d s' "$command" "$outcome" $((SECONDS - from)))")
    if ((outcome)); then status=1; fi
done
printf '\nFrom nothing, then once more:\n'
printf '  %s\n' "${report[@]}"
exit "$status"
