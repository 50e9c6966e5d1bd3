#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# engine/cli/run.sh BUILD PORT [OPTION...] - what `make run` does: a token, a question to copy, and the server.
set -eu
build=$1 port=$2
shift 2
run=$build/run
state=$run/state
token=$run/token
program=$build/hyangyak

umask 077
mkdir -p "$run"

# The engine keeps only a hash of a token; the token itself stays in $token for the next start.
if [ ! -s "$token" ] || ! "$program" token list --state "$state" 2>/dev/null | grep -q '^demo '; then
	"$program" token remove --state "$state" --name demo >/dev/null 2>&1 || true
	"$program" token add --state "$state" --name demo --commons yongin --rights decide,dry_run,auditor >"$token.new"
	mv "$token.new" "$token"
fi

day=$(TZ=KST-9 date -d tomorrow +%Y-%m-%d)
cat <<END
state: $state
token: $(cat "$token")

May Mina hold a potluck for twelve in the garden of the leftover lot tomorrow? Ask from another terminal:

curl -s http://127.0.0.1:$port/access/v1/evaluation -H 'Authorization: Bearer $(cat "$token")' -H 'Content-Type: application/json' -d '{"subject":{"type":"person","id":"mina"},"action":{"name":"host_potluck"},"resource":{"type":"space.garden","id":"lot-7"},"context":{"start":"${day}T14:00:00+09:00","end":"${day}T16:00:00+09:00","party_size":12}}'

Ctrl-C stops the engine.
END
exec "$program" serve --commons policies/yongin --plugins plugins --state "$state" --listen "127.0.0.1:$port" "$@"
