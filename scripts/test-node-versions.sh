#!/usr/bin/env bash
# Runs the built demo under other versions of Node.js (22 and 24 unless given), whose binaries come from the npm registry,
# and checks in each that the catalogue fills, a range of a film is exact, and SIGTERM ends it well.
set -euo pipefail
cd "$(dirname "$0")/.."

case "$(uname -m)" in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "no Node.js package is known for $(uname -m)" >&2; exit 1 ;;
esac
versions=("$@")
if [ "${#versions[@]}" -eq 0 ]; then versions=(22 24); fi

work=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill -9 "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

film=src/emulator/media/film.mp4
film_path='library/Movies/Gradients%20(2021)/Gradients%20(2021)%201080p.mp4'

for version in "${versions[@]}"; do
  package="node-linux-$arch@$version"
  if ! npm install --silent --no-save --no-audit --no-fund --prefix "$work/node-$version" "$package"; then
    echo "Node.js $version cannot be tested: npm cannot install $package" >&2
    exit 1
  fi
  node="$work/node-$version/node_modules/node-linux-$arch/bin/node"
  running=$("$node" --version)

  output="$work/output-$version"
  env -u FICHIER_API_KEY BRIDGE_DATA_DIR="$work/data-$version" \
    "$node" dist/main.js demo --port 0 >"$output" 2>"$output.log" &
  server=$!
  address=
  for _ in $(seq 600); do
    address=$(grep -o 'http://[^ ]*' "$output" || true)
    if [ -n "$address" ] || ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  if [ -z "$address" ]; then
    echo "Node.js $running: the demo did not start" >&2
    cat "$output.log" >&2
    exit 1
  fi
  for _ in $(seq 300); do
    if curl -fsS "${address}api/v1/crawl" | grep -q '"state":"idle"'; then break; fi
    sleep 0.1
  done
  if ! curl -fsS -r 5000-104999 "$address$film_path" | cmp - <(tail -c +5001 "$film" | head -c 100000); then
    echo "Node.js $running: a range of a film is not exact" >&2
    cat "$output.log" >&2
    exit 1
  fi
  kill -TERM "$server"
  if ! wait "$server"; then
    echo "Node.js $running: the demo did not end well" >&2
    cat "$output.log" >&2
    exit 1
  fi
  server=
  started=$(grep -o '"startUpMs":[0-9]*' "$output.log" | cut -d: -f2)
  echo "Node.js $running: the demo streams; started in $started ms"
done
