#!/usr/bin/env bash
# Puts the files of a package into a folder, under names that say its architecture: release-files.sh ARCHITECTURE FOLDER
set -euo pipefail
architecture=$1 folder=$2
mkdir -p "$folder"
zip="pod-identity-gateway-$architecture.zip"
cp .serverless/pod-identity-gateway.zip "$folder/$zip"
cp .serverless/cloudformation-template-update-stack.json "$folder/template-$architecture.json"
for file in dist/sbom.json dist/NOTICE.txt dist/*.map; do
  cp "$file" "$folder/$architecture-$(basename "$file")"
done
cd "$folder"
sha256sum "$zip" > "$zip.sha256"
