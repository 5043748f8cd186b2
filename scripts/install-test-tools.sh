#!/usr/bin/env bash
# Installs the real programs that the tests drive, on Debian or Ubuntu. Asks apt only for what is missing.
set -euo pipefail

declare -A package_of=(
  [ffmpeg]=ffmpeg [ffprobe]=ffmpeg [rclone]=rclone [fusermount3]=fuse3 [litmus]=litmus
  [cadaver]=cadaver [mount.davfs]=davfs2
  [chromium]=chromium [curl]=curl [wget]=wget [aria2c]=aria2 [nginx]=nginx-light
)

missing=()
for program in "${!package_of[@]}"; do
  command -v "$program" >/dev/null 2>&1 || [ -x "/usr/sbin/$program" ] || missing+=("${package_of[$program]}")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo 'every program the tests drive is installed'
  exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
  echo "the tests need these packages, and apt-get is not here to install them: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
