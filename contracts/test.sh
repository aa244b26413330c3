#!/bin/sh
# Tests the contracts. Needs `npm ci` first, and no network. See script/test.mjs.
set -eu
cd "$(dirname "$0")"
if [ ! -d node_modules ]; then
    echo "contracts: run \`npm ci\` first" >&2
    exit 1
fi
exec node script/test.mjs "$@"
