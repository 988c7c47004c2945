#!/bin/bash
# Mounts each person's home, a file system of its own with room for few files: kernels are often built without quota
# formats (CONFIG_QFMT_V2). Over that it says ENOSPC; the homes of those with `quota` say EDQUOT, as a real quota of files.
# Run in the switch's mount and pid namespaces: the hosts' mounts are copies of it, and file-quota.py ends with it.
#   homes.sh DIRECTORY FILES MEGABYTES NAME:UID:[quota]...
set -euo pipefail
directory=$1 files=$2 megabytes=$3
shift 3

for person; do
  IFS=: read -r name uid limit <<<"$person"
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
  if [ "$limit" = quota ]; then
    limited=$directory/homes/$name
    mkdir -p "$limited"
    mount -o loop "$image" "$limited"
    "$(dirname "$0")/file-quota.py" "$limited" "$home"
  else
    mount -o loop "$image" "$home"
  fi
  rmdir "$home/lost+found" 2>/dev/null || :
  [ -e "$home/.profile" ] || cp -rT /etc/skel "$home"
  cp -rfT "$directory/keys/$name" "$home"
  chown -hR "$uid:$uid" "$home"
  chmod 700 "$home" "$home/.ssh"
done
