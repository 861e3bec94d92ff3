#!/bin/bash
# Install the Debian packages that are missing, without a question, without
# starting, stopping or changing any service of the host.
#
#   deps.sh GROUP…         groups: run (build and run), test, vm, bench, lint
#   deps.sh --list GROUP…  only say what is missing
#
# What a package would start at its installation is held back by policy-rc.d,
# and PostgreSQL's main cluster is not made; both are put back as they were.
# Services that come new with a package are left disabled: the private stack
# starts programs by itself.
set -euo pipefail

RUN=(gcc g++ libc6-dev make pkg-config curl jq python3 python3-dev nginx-core
    libnginx-mod-nchan spawn-fcgi postgresql redis-server libfcgi-dev
    libhiredis-dev libpq-dev
    libcjson-dev libsodium-dev libcmark-gfm-dev libcmark-gfm-extensions-dev
    libarchive-dev libyaml-dev libseccomp-dev libcap-dev util-linux procps)
TEST=(bats libcmocka-dev clang-format shellcheck chromium fonts-dejavu-core
    default-jdk-headless stress-ng)
VM=(mmdebstrap e2fsprogs qemu-system-x86 libcmocka-dev)
BENCH=(wrk bubblewrap)
LINT=(clang-format clang-tidy cppcheck shellcheck)

SERVICES="nginx redis-server postgresql"
POLICY=/usr/sbin/policy-rc.d
CLUSTER=/etc/postgresql-common/createcluster.d/assay-no-main.conf
# nchan 1.3.6 asks for this folder, whatever the configuration says.  nginx makes
# it when root first starts it; as another user it would refuse to start.
NGINX_BODY=/var/lib/nginx/body
MARK="# made by assay's deploy/deps.sh, for the time of an installation"

say() { printf '%s\n' "$*" >&2; }

installed() { # PACKAGE
    dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null |
        grep -qx installed
}

# The packages of these groups that are not installed, and folders that are not
# there (they begin with /), one a line.
missing() {
    local group package
    for group in "$@"; do
        case $group in
        run) set -- "${RUN[@]}" ;;
        test) set -- "${TEST[@]}" ;;
        vm) set -- "${VM[@]}" ;;
        bench) set -- "${BENCH[@]}" ;;
        lint) set -- "${LINT[@]}" ;;
        *) say "deps.sh: $group: no such group" && exit 64 ;;
        esac
        for package in "$@"; do
            installed "$package" || echo "$package"
        done
        [ "$group" = run ] || continue
        # any node that is new enough will do, wherever it is from
        node_is_there || printf 'nodejs\nnpm\n'
        [ -d $NGINX_BODY ] || echo $NGINX_BODY
    done
}

node_is_there() {
    command -v npm >/dev/null &&
        [ "$(node -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)" \
            -ge 18 ]
}

# -- what is changed for the time of the installation, and put back -----------

# A run that was killed left these.
sweep() {
    if grep -qsF "$MARK" $POLICY; then
        rm -f $POLICY
        [ ! -e $POLICY.assay-saved ] || mv $POLICY.assay-saved $POLICY
    fi
    rm -f $CLUSTER
    rmdir --ignore-fail-on-non-empty "$(dirname $CLUSTER)" 2>/dev/null || true
}

hold_services() {
    sweep
    [ ! -e $POLICY ] || mv $POLICY $POLICY.assay-saved
    printf '#!/bin/sh\n%s\nexit 101\n' "$MARK" >$POLICY
    chmod 755 $POLICY
    mkdir -p "$(dirname $CLUSTER)"
    printf '%s\ncreate_main_cluster = false\n' "$MARK" >$CLUSTER
}

# Which of the services are not on this host yet?
new_services() {
    local name
    for name in $SERVICES; do
        [ -e "/lib/systemd/system/$name.service" ] || echo "$name"
    done
}

install_packages() { # PACKAGE…
    local new name
    export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
    new=$(new_services)
    trap sweep EXIT
    hold_services
    apt-get -q -o DPkg::Lock::Timeout=300 update
    apt-get -q -y -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
        install --no-install-recommends "$@"
    for name in $new; do
        [ ! -e "/etc/init.d/$name" ] || update-rc.d "$name" disable
        ! command -v systemctl >/dev/null ||
            systemctl --quiet disable "$name" || true
    done
}

install_missing() { # PACKAGE or FOLDER… as root
    local word packages=()
    for word in "$@"; do
        [ "$word" = $NGINX_BODY ] || packages+=("$word")
    done
    [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
    [ -d $NGINX_BODY ] ||
        install -d -o www-data -g root -m 0700 $NGINX_BODY
}

if [ "${1:-}" = --install ]; then # by sudo, from below
    shift
    install_missing "$@" </dev/null
    exit
fi

if [ "${1:-}" = --list ]; then
    shift
    missing "$@"
    exit
fi

[ $# -gt 0 ] || {
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 64
}
mapfile -t packages < <(missing "$@")
[ ${#packages[@]} -gt 0 ] || exit 0
command -v apt-get >/dev/null || {
    say "this is not Debian; please install: ${packages[*]}"
    exit 1
}
say "installing: ${packages[*]}"
if [ "$(id -u)" = 0 ]; then
    "$0" --install "${packages[@]}"
elif sudo -n true 2>/dev/null; then
    sudo -n "$0" --install "${packages[@]}"
else
    say "this needs root; please run:  sudo $0 $*"
    exit 1
fi
mapfile -t packages < <(missing "$@")
[ ${#packages[@]} -eq 0 ] || {
    say "still missing: ${packages[*]}"
    exit 1
}
