#!/usr/bin/env bash
# How fast pier is, beside doing the same by hand. Sets up what it needs; the table goes to standard output.
# `npm run bench -- NAME…` takes only these figures: start-up, environments, activate, lab, portal, create, slurm.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -e node_modules/.package-lock.json ] || [ ! -d node_modules/configurable-http-proxy ]; then
  npm ci --no-fund --no-audit >&2
fi
node build.mjs >&2
# It adds some 30 ms to each start of Node 20.
unset NODE_EXTRA_CA_CERTS
exec node bench/run.mjs "$@"
