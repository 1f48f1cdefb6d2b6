#!/bin/sh
# Writes .env for docker-compose.yml with fresh keys and passwords, and refuses to touch an existing
# one. Asks nothing: what only you know (switches, NetBox, chat) is left empty for the editor.
#   deploy/compose/new-env.sh [FILE]
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
file=${1:-$here/.env}

if [ -e "$file" ]; then
  echo "new-env: $file exists, not touched" >&2
  exit 1
fi

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

key=$(random_hex 24)
# Kestra wants an upper case letter, a lower case letter and a digit.
password="Kd7$(random_hex 12)"
key64=$(printf %s "$key" | base64 | tr -d '\n')

umask 077
sed -e "s|^POSTGRES_PASSWORD=.*|POSTGRES_PASSWORD=$(random_hex 16)|" \
    -e "s|^KESTRA_PASSWORD=.*|KESTRA_PASSWORD=$password|" \
    -e "s|^KESTRA_WEBHOOK_KEY=.*|KESTRA_WEBHOOK_KEY=$key|" \
    -e "s|^SECRET_DRIFT_WEBHOOK_KEY=.*|SECRET_DRIFT_WEBHOOK_KEY=$key64|" \
    "$here/.env.example" >"$file"
echo "new-env: wrote $file; now fill in GNMI_*, NETBOX_* and, if you like, the chat webhooks"
