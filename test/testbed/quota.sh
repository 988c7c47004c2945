#!/bin/bash
# `quota` as Midway prints it, in the three layouts that are known of it: the user guide's (`guide`), the guide's page on
# ThinLinc (`thinlinc`), and that of August 2026 (`live`). The layout is what /software/etc/quota-layout says, or
# PIER_QUOTA_LAYOUT. What the home holds is real; limits that no file system here has are Midway's.
layout=${PIER_QUOTA_LAYOUT:-$(cat /software/etc/quota-layout 2>/dev/null)}
layout=${layout:-live}
line='---------------- ---------------- ---------- ---------- ---------- --------'
all=---------------------------------------------------------------------------

row() { printf '%-16s %-16s %10s %10s %10s %8s\n' "$@"; }

# size KILOBYTES: as 8.77G
size() { awk -v k="$1" 'BEGIN { n = split("K M G T P", unit); for (i = 1; k >= 1024 && i < n; i++) k /= 1024; printf "%.2f%s", k, unit[i] }'; }

# over FIGURE SOFT: sets `grace` and `mark` as each layout shows a limit that is exceeded
over() {
  grace=none mark=''
  if [ "$1" -gt "$2" ] && [ "$2" -gt 0 ]; then
    grace=expired
    if [ "$layout" = live ]; then grace='6days' mark='*'; fi
  fi
}

# figures NAME SECOND-NAME SCOPE KILOBYTES SOFT HARD FILES SOFT HARD
figures() {
  local grace mark
  over "$4" "$5"
  row "$1" "blocks ($3)" "$(size "$4")$mark" "$(size "$5")" "$(size "$6")" "$grace"
  over "$7" "$8"
  row "$2" "files  ($3)" "$7$mark" "$8" "$9" "$grace"
}

read -r used hard files most < <(df --output=used,size,iused,itotal -k "$HOME" | tail -n 1)
home=("$used" $((hard * 9 / 10)) "$hard" "$files" $((most * 9 / 10)) "$most")
scratch=/scratch/midway3/$(id -un)
tree=("$(du -sk "$scratch" | cut -f 1)" 104857600 2147483648 "$(find "$scratch" | wc -l)" 10000000 20000000)

if [ "$layout" = live ]; then echo; echo "Quota information updated at :  $(date '+%F %T')"; fi
echo "$all"
row fileset type used quota limit grace | sed 's/ *$//'
echo "$line"
case $layout in
  live)
    figures Midway3-home Midway3-home user "${home[@]}"
    figures scratch/midway3 scratch/midway3 user "${tree[@]}"
    section='project (Midway3 GPFS mounted at /project)'
    ;;
  thinlinc)
    figures 'Midway3 home' '' user "${home[@]}"
    figures 'Midway3 scratch' '' user "${tree[@]}"
    section='project (Midway3 GPFS)'
    ;;
  *)
    figures home '' user "${home[@]}"
    figures scratch '' user "${tree[@]}"
    section='project2 (GPFS)'
    ;;
esac
echo "$line"
echo ">>> Capacity Filesystem: $section"
echo "$line"
for group in $(id -Gn); do
  name=${group#pi-}
  [ "$name" != "$group" ] || continue
  second=$name
  [ "$layout" = live ] || second=''
  limit=(536870912000 537944653824)
  # The project with a real quota: its limit as btrfs has it, which only root may ask.
  [ "$(stat -f -c %T "/project/$name")" != btrfs ] || limit=(471859 524288)
  figures "$name" "$second" group "$(du -sk "/project/$name" | cut -f 1)" "${limit[@]}" \
    "$(find "/project/$name" | wc -l)" 384500000 385500000
done
echo "$line"
[ "$layout" = live ] || echo "$all"
