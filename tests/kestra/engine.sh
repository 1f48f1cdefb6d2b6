#!/usr/bin/env bash
# Starts Kestra's engine with the shipped flows and stays until SIGTERM: a receiver for end-to-end
# tests. The process keeps its pid (exec), so killing this script's pid stops the engine.
#   tests/kestra/engine.sh VERSION --sink-url URL --port-file FILE [--key KEY] [--remediate] [--flows DIR]
# FILE appears, holding the port, once webhooks are answered. Chat messages are posted to URL/slack and
# URL/discord. Without --sink-url both are off.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

[ $# -ge 1 ] || usage
version=$1
shift
sink= port_file= key=test-key remediate= flows=$kestra_root/kestra/flows
while [ $# -gt 0 ]; do
  case $1 in
    --sink-url) sink=${2:?} && shift 2 ;;
    --port-file) port_file=${2:?} && shift 2 ;;
    --key) key=${2:?} && shift 2 ;;
    --flows) flows=${2:?} && shift 2 ;;
    --remediate) remediate=true && shift ;;
    *) usage ;;
  esac
done
[ -n "$port_file" ] || usage

build_engine "$version"
secret() { printf %s "$1" | base64 | tr -d '\n'; }
export SECRET_DRIFT_WEBHOOK_KEY SECRET_SLACK_WEBHOOK SECRET_DISCORD_WEBHOOK SECRET_AUTO_REMEDIATION_ENABLED
SECRET_DRIFT_WEBHOOK_KEY=$(secret "$key")
SECRET_SLACK_WEBHOOK=$(secret "${sink:+$sink/slack}")
SECRET_DISCORD_WEBHOOK=$(secret "${sink:+$sink/discord}")
SECRET_AUTO_REMEDIATION_ENABLED=$(secret "$remediate")
rm -f "$port_file"
data=$(mktemp -d "$kestra_build/$version/engine.XXXXXX")
exec "$kestra_java" -Xmx1g -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \
  -cp "$kestra_classpath" Engine --data "$data" --flows "$flows" --port-file "$port_file"
