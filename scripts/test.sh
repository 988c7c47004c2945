#!/usr/bin/env bash
# Everything, from a fresh machine with Node >= 20, npm and Python >= 3.9: installs what the tests run, checks, runs them.
# `npm test -- PATTERN` runs the tests whose files match.
set -euo pipefail
cd "$(dirname "$0")/.."

# program:package, of Debian
needs=(chromium:chromium firefox-esr:firefox-esr WebKitWebDriver:webkit2gtk-driver Xvfb:xvfb
  zsh:zsh fish:fish tcsh:tcsh dash:dash sshd:openssh-server ssh:openssh-client setpriv:util-linux git:git tmux:tmux busybox:busybox ip:iproute2 nsenter:util-linux
  slurmctld:slurmctld slurmd:slurmd sinfo:slurm-client slurmdbd:slurmdbd munged:munge mariadbd:mariadb-server
  nft:nftables oathtool:oathtool google-authenticator:libpam-google-authenticator
  /etc/profile.d/lmod.sh:lmod tclsh8.6:tcl8.6 mkfs.ext4:e2fsprogs mkfs.btrfs:btrfs-progs /usr/bin/python3:python3)

missing=()
for need in "${needs[@]}"; do
  PATH="$PATH:/usr/sbin:/sbin" command -v "${need%%:*}" >/dev/null || missing+=("${need#*:}")
done
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
/usr/bin/python3 -c 'import fusepy' >/dev/null 2>&1 || missing+=(python3-fusepy)
python3 -c 'import ensurepip' >/dev/null 2>&1 || missing+=(python3-venv)
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing ${missing[*]}" >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "The tests need: apt-get install ${missing[*]}" >&2
    exit 1
  fi
fi

# Without the development tools (a user's clone), or after the lock file changed.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ] ||
  [ ! -d node_modules/vitest ]; then
  npm ci --no-fund --no-audit
fi

results=$(mktemp -d)
beside=()
trap 'for pid in "${beside[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$results"' EXIT

# part NAME ARGS...: runs one project of vitest.config.ts; for a subshell.
part() {
  # A shell without job control has what it starts with & ignore Ctrl+C, and their children with them.
  exec env --default-signal=INT,QUIT node node_modules/vitest/vitest.mjs run --project "$1" \
    --reporter=default --reporter=json --outputFile.json="$results/$1.json" "${@:2}"
}

# lane NAMES...: runs those parts one after the other, each into a log; for a subshell.
lane() {
  local current='' ended=0
  trap 'kill "$current"; exit 143' TERM
  for name; do
    (part "$name") >"$results/$name.log" 2>&1 &
    current=$!
    wait "$current" || ended=$?
  done
  exit "$ended"
}

status=0
if [ $# -eq 0 ]; then bash scripts/check.sh || exit 1; fi
node build.mjs
export PIER_IS_BUILT=1
if [ $# -eq 0 ]; then
  (lane cluster) &
  beside+=($!)
  (lane sessions notebooks) &
  beside+=($!)
  (part environments) || status=$?
  for pid in "${beside[@]}"; do wait "$pid" || status=$?; done
  beside=()
  cat "$results"/{cluster,sessions,notebooks}.log
else
  for name in environments notebooks cluster sessions; do (part "$name" --passWithNoTests "$@") || status=$?; done
fi
node scripts/summary.mjs "$results"/*.json
exit "$status"
