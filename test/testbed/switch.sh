#!/bin/bash
# The first process of a testbed: all the others live below it, in its pid, mount and network namespaces, so that
# killing this one ends them all, with their mounts and networks. It is the switch that the hosts are plugged into.
#   unshare --pid --mount --net --fork --kill-child switch.sh DIRECTORY
set -euo pipefail
directory=$1

ip -batch - <<IP
link set lo up
link add cluster type bridge forward_delay 0
link add campus type bridge forward_delay 0
link set cluster up
link set campus up
IP

# /proc is still the machine's, so this is the pid by which the machine knows us. Field 22 is the start time (proc(5)).
read -r stat </proc/self/stat
pid=${stat%% *}
set -- ${stat##*) }
echo "$pid ${20}" >"$directory/run/switch.part"
mv "$directory/run/switch.part" "$directory/run/switch.pid"

# Bash, as every first process should, takes in the orphans that end.
trap : TERM INT HUP
while :; do
  sleep 3600 &
  wait $! || :
done
