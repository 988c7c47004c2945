#!/usr/bin/env bash
# format, lint, types, rooms, unit tests: what every commit passes
set -euo pipefail
cd "$(dirname "$0")/.."
npx biome check --error-on-warnings .
npx tsc -p tsconfig.json
npx tsc -p test/tsconfig.json
[ ! -e src/portal/web/main.tsx ] || npx tsc -p src/portal/web/tsconfig.json
npx vitest run --project unit "$@"
