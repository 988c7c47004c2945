#!/bin/bash
# Mounts each person's home, a file system of its own with room for few files: the nearest to a quota that a kernel
# without quota formats (CONFIG_QFMT_V2) allows. Run in the switch's mount namespace, which the hosts' are copies of.
#   homes.sh DIRECTORY FILES MEGABYTES NAME:UID...
set -euo pipefail
directory=$1 files=$2 megabytes=$3
shift 3

for person; do
  name=${person%:*} uid=${person#*:}
  image=$directory/homes/$name.ext4 home=$directory/shared/home/$name
  mkdir -p "$directory/homes" "$home"
  if [ ! -e "$image" ]; then
    # Whole or not at all: what an interrupted run leaves is made anew.
    truncate -s 0 "$image.part"
    truncate -s "${megabytes}M" "$image.part"
    mkfs.ext4 -q -O ^has_journal -m 0 -N "$files" -E nodiscard "$image.part"
    mv "$image.part" "$image"
  fi
  # The loop device is the kernel's to give back, when the last mount of it is gone.
  mount -o loop "$image" "$home"
  rmdir "$home/lost+found" 2>/dev/null || :
  [ -e "$home/.profile" ] || cp -rT /etc/skel "$home"
  cp -rfT "$directory/keys/$name" "$home"
  chown -R "$uid:$uid" "$home"
  chmod 700 "$home" "$home/.ssh"
done
