#!/bin/bash
# One host: its own root, /tmp, /dev, process list, host name and network; /usr is the machine's, read only.
#   unshare --pid --mount --net --uts --ipc --fork --kill-child host.sh DIRECTORY NAME ROLE GPUS
set -euo pipefail
directory=$1 name=$2 role=$3 gpus=$4
root=$directory/root

hostname "$name"
mount -t tmpfs -o mode=755,size=4g "$name" "$root"
cd "$root"
mkdir -p usr etc var/{tmp,log,spool,lib/misc,cache} tmp run/{lock,user,sshd,munge} dev proc sys old
mkdir -p home project scratch software root opt srv mnt
# The host's own disk, small enough to be filled.
mount -t tmpfs -o mode=1777,size=1g disk tmp
chmod 1777 var/tmp
chmod 700 root
ln -s ../run var/run
for part in bin sbin lib lib32 lib64 libx32; do
  if [ -L /$part ]; then
    cp -a /$part .
  elif [ -d /$part ]; then
    mkdir $part
    mount --bind /$part $part
  fi
done
# The machine's /usr, and over it what the site has besides (Environment Modules, quota); the laptop has only the former.
if [ "$role" = laptop ]; then
  mount --bind /usr usr
  mount -o remount,bind,ro usr
else
  mount -t overlay -o "ro,lowerdir=$directory/site/usr:/usr" usr usr
fi

cp -a "$directory/etc/." etc/
cp -a "$directory/hosts/$name/etc/." etc/

# keep DIRECTORY PATH: what outlives the host
keep() {
  mkdir -p "$1" ".$2"
  mount --rbind "$1" ".$2"
}

own=$directory/hosts/$name
case $role in
  laptop)
    keep "$own/home" /home
    rm -rf etc/munge etc/slurm etc/pier
    keep "$directory/shared/software/pier" /opt/pier
    ;;
  *)
    for area in home project scratch software; do keep "$directory/shared/$area" /$area; done
    keep "$directory/etc/slurm" /etc/slurm
    keep "$directory/etc/pier" /etc/pier
    keep "$own/log" /var/log/slurm
    chown slurm: var/log/slurm
    mkdir -p var/log/munge var/lib/munge
    chown munge: run/munge var/log/munge var/lib/munge etc/munge etc/munge/munge.key
    chmod 700 var/log/munge
    ;;
esac
case $role in
  controller)
    keep "$own/spool" /var/spool/slurmctld
    keep "$directory/mysql" /var/lib/mysql
    mkdir -p run/mysqld
    chown slurm: var/spool/slurmctld
    chown mysql: var/lib/mysql run/mysqld
    # What it serves as the site's mirror lies outside the testbed's directory: one for all testbeds.
    mkdir srv/mirror
    mount --bind "$directory/mirror/" srv/mirror
    mount -o remount,bind,ro srv/mirror
    cp "$(dirname "$0")/mirror.py" opt/mirror
    ;;
  compute) mkdir -p var/spool/slurmd tmp/jobs ;;
esac

mount -t tmpfs -o mode=755,size=1m dev dev
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mknod -m 666 dev/fuse c 10 229
for ((card = 0; card < gpus; card++)); do mknod -m 666 dev/nvidia$card c 195 $card; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr

# /proc is still the machine's, so this is the pid by which the machine knows us. Field 22 is the start time (proc(5)).
read -r stat </proc/self/stat
pid=${stat%% *}
set -- ${stat##*) }
start=${20}

mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
# slurmd 22.05 always starts a cgroup plugin; an empty directory here and CgroupPlugin=cgroup/v1 are enough for it.
mount -t tmpfs -o mode=755,size=1m cgroup sys/fs/cgroup

echo "$pid $start" >"$directory/run/$name.part"
mv "$directory/run/$name.part" "$directory/run/$name.pid"
pivot_root . old
exec env -i PIER_TESTBED_HOST="$name" PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root /bin/bash -c '
  cd /
  umount -l /old
  rmdir /old
  touch /run/testbed-host-is-ready
  # Bash, as every first process should, takes in the orphans that end.
  trap : TERM INT HUP
  while :; do sleep 3600 & wait $! || :; done'
