#!/usr/bin/env bash
# Builds the image for one architecture and pushes it. The base is the newest one of its tag, named
# by digest, so that the image can be built again. Runs in the release workflow, which sets:
#   ARCHITECTURE (x86_64 or arm64), PLATFORM (linux/…), TOKEN, GITHUB_REPOSITORY, GITHUB_ACTOR,
#   GITHUB_REF_NAME, GITHUB_OUTPUT (gets name and digest of the image)
set -euo pipefail
cd "$(dirname "$0")/.."

name="ghcr.io/${GITHUB_REPOSITORY,,}"
base=public.ecr.aws/lambda/python:3.13
digest=$(docker buildx imagetools inspect "$base" --format '{{.Manifest.Digest}}')

docker login ghcr.io --username "$GITHUB_ACTOR" --password-stdin <<< "$TOKEN"
# Lambda takes no index with attestations of BuildKit: the workflow attests the image itself.
docker buildx build . --file docker/lambda/Dockerfile --build-arg "BASE=$base@$digest" \
  --platform "$PLATFORM" --provenance=false --sbom=false --push \
  --tag "$name:${GITHUB_REF_NAME#v}-$ARCHITECTURE" --metadata-file pushed.json
pushed=$(python3 -c 'import json; print(json.load(open("pushed.json"))["containerimage.digest"])')
printf 'name=%s\ndigest=%s\n' "$name" "$pushed" >> "$GITHUB_OUTPUT"
