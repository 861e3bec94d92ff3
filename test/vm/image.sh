#!/bin/bash
# Make the disk that `make check-vm` boots from: a Debian 12 with systemd.
#
#   image.sh FOLDER        writes FOLDER/{disk.ext4,vmlinuz,initrd.img,recipe}
#
# Nothing is done when FOLDER has what this file and the unit ask for.  The tests
# and the programs under test are not on it: run.sh makes a disk of them each time.
set -euo pipefail

DEBIAN=bookworm
SYSTEM=(systemd systemd-sysv udev dbus dbus-user-session libpam-systemd kmod
    linux-image-cloud-amd64 procps util-linux e2fsprogs)
# what box and the unit tests are linked with, and what hostile programs need
NEEDED=(python3 gcc g++ libc6-dev redis-server libseccomp2 libcap2 libcmocka0
    libfcgi0ldbl libpq5 libhiredis0.14 libcjson1 libsodium23 libarchive13 libyaml-0-2
    libcmark-gfm0.29.0.gfm.6 libcmark-gfm-extensions0.29.0.gfm.6)
LEFT_OUT=(--dpkgopt='path-exclude=/usr/share/man/*'
    --dpkgopt='path-exclude=/usr/share/locale/*'
    --dpkgopt='path-exclude=/usr/share/doc/*')
# started by no test, but by Debian at each boot
export MASKED="apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer
    e2scrub_all.timer e2scrub_reap.service fstrim.timer getty@tty1.service
    redis-server.service"

# In mmdebstrap's name space, where all files have their owners even when we are
# not root; $1 is the new root.  Descriptor 7 is the disk, since a path to it
# may be closed to the users there.
HOOK='set -e
useradd --root "$1" --uid 1000 --create-home student
echo assay-vm >"$1/etc/hostname"
printf "%s\n" "/dev/vda / ext4 rw 0 0" "/dev/vdb /assay ext4 rw 0 0" >"$1/etc/fstab"
mkdir "$1/assay"
cd "$1/etc/systemd/system"
ln -s ../assay-vm.service multi-user.target.wants/
for name in $MASKED; do ln -sf /dev/null "$name"; done
rm -rf "$1"/boot/* "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*
PATH=$PATH:/usr/sbin:/sbin
# the root without what is mounted in it just now
unshare --mount sh -c "mount --bind \"\$1\" /mnt &&
    mkfs.ext4 -q -F -m 0 -O ^has_journal -d /mnt /dev/fd/7" - "$1"'

FOLDER=$(realpath -m "$1")
cd "$(dirname "$0")"
recipe=$(cat image.sh assay-vm.service | sha256sum)
[ "$(cat "$FOLDER/recipe" 2>/dev/null)" != "$recipe" ] || exit 0

echo "# making the machine's disk: about a minute" >&2
mkdir -p "$FOLDER"
rm -f "$FOLDER"/*
truncate -s 1200M "$FOLDER/disk.ext4"
chmod 0666 "$FOLDER/disk.ext4"
mmdebstrap --variant=minbase --quiet --format=null "${LEFT_OUT[@]}" \
    --include="$(IFS=, && echo "${SYSTEM[*]},${NEEDED[*]}")" \
    --customize-hook='upload assay-vm.service /etc/systemd/system/assay-vm.service' \
    --customize-hook="download /vmlinuz '$FOLDER/vmlinuz'" \
    --customize-hook="download /initrd.img '$FOLDER/initrd.img'" \
    --customize-hook="$HOOK" "$DEBIAN" /dev/null 7<>"$FOLDER/disk.ext4"
chmod 0644 "$FOLDER"/*
echo "$recipe" >"$FOLDER/recipe"
