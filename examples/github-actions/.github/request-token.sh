#!/bin/bash
# Writes the token that GitHub issues to this job, for the gateway alone, to the file POD_IDENTITY_TOKEN_FILE. Without the permission
# id-token: write, as in pull requests from forks, there is no URL to request it from.
set -euo pipefail
umask 077
curl --silent --show-error --fail --retry 3 --header "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=pod-identity-gateway" | jq --exit-status --raw-output .value > "$POD_IDENTITY_TOKEN_FILE.new"
mv "$POD_IDENTITY_TOKEN_FILE.new" "$POD_IDENTITY_TOKEN_FILE"
