#!/bin/sh
# Stores every flow of a folder in Kestra, all in one call, and leaves other flows alone.
#   KESTRA_URL=… KESTRA_USERNAME=… KESTRA_PASSWORD=… deploy-flows.sh FOLDER
# Exit 0 stored · 1 Kestra refused or could not be reached · 2 wrong call.
set -eu

folder=${1:-}
namespace=${KESTRA_NAMESPACE:-network.fabric}
url=${KESTRA_URL:-http://localhost:8080}
attempts=${KESTRA_ATTEMPTS:-60}
pause=${KESTRA_PAUSE:-5}

fail() { echo "deploy-flows: $2" >&2; exit "$1"; }

[ -n "$folder" ] || fail 2 "usage: deploy-flows.sh FOLDER"
ls "$folder"/*.yml >/dev/null 2>&1 || fail 2 "no *.yml in $folder"
[ -n "${KESTRA_USERNAME:-}" ] && [ -n "${KESTRA_PASSWORD:-}" ] ||
  fail 2 "KESTRA_USERNAME and KESTRA_PASSWORD must be set (an e-mail address; 8 or more characters with A-Z, a-z and 0-9)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Kestra splits the body at every three dashes, wherever they stand.
first=yes
for flow in "$folder"/*.yml; do
  if grep -q -e '---' "$flow"; then fail 2 "$flow contains three dashes in a row, Kestra would cut it there"; fi
  if [ $first = yes ]; then first=no; else printf '\n---\n' >>"$work/flows"; fi
  cat "$flow" >>"$work/flows"
done

# Credentials go through a file: arguments can be read by other processes.
escaped=$(printf '%s:%s' "$KESTRA_USERNAME" "$KESTRA_PASSWORD" | sed 's/[\\"]/\\&/g')
printf 'user = "%s"\n' "$escaped" >"$work/login"
chmod 600 "$work/login"

n=0
while :; do
  n=$((n + 1))
  status=$(curl -sS -K "$work/login" -o "$work/answer" -w '%{http_code}' --max-time 60 \
    -X POST -H 'Content-Type: application/x-yaml' --data-binary "@$work/flows" \
    "$url/api/v1/main/flows/$namespace?delete=false" 2>"$work/error") || status=000
  case $status in
    2??)
      echo "deploy-flows: stored $(ls "$folder"/*.yml | sed 's|.*/||' | tr '\n' ' ')in $namespace"
      exit 0 ;;
    401|403) fail 1 "Kestra answered $status: check KESTRA_USERNAME and KESTRA_PASSWORD (after the first start the password in Kestra's database counts)" ;;
    400|409|413|415|422) fail 1 "Kestra answered $status: $(head -c 2000 "$work/answer")" ;;
  esac
  [ "$n" -lt "$attempts" ] || fail 1 "Kestra not ready after $n attempts (last answer $status) $(head -c 300 "$work/error")"
  echo "deploy-flows: waiting for Kestra (answer $status)" >&2
  sleep "$pause"
done
