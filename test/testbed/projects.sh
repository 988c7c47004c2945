#!/bin/bash
# Mounts a project's space with a real quota: a subvolume of btrfs, whose kernel says EDQUOT (Disk quota exceeded) over its
# limit. btrfs counts no files. Run in the switch's mount namespace, which the hosts' are copies of.
#   projects.sh DIRECTORY MEGABYTES PROJECT:GROUP-NUMBER PERSON:UID...
set -euo pipefail
directory=$1 megabytes=$2 project=${3%:*} gid=${3#*:}
shift 3
image=$directory/projects/$project.btrfs place=$directory/shared/project/$project

mkdir -p "$directory/projects" "$place"
if [ ! -e "$image" ]; then
  # Whole or not at all: what an interrupted run leaves is made anew.
  rm -f "$image.part"
  truncate -s "$((megabytes * 2))M" "$image.part"
  mkfs.btrfs -q -m single "$image.part"
  mount -o loop "$image.part" "$place"
  btrfs quota enable "$place"
  btrfs -q subvolume create "$place/files"
  btrfs qgroup limit "${megabytes}M" "$place/files"
  umount "$place"
  mv "$image.part" "$image"
fi
# btrfs gives back what was deleted with its next commit, by default after 30 seconds.
mount -o loop,subvol=files,commit=1 "$image" "$place"
chgrp "$gid" "$place"
chmod 2770 "$place"
for person; do
  install -d -m 2770 -o "${person#*:}" -g "$gid" "$place/${person%:*}"
done
