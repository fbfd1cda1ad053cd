#!/bin/sh
# Builds a small Go program of the end-to-end tests, once, and prints where the
# binary is: in a cache outside the tree, its name a checksum of its source.
#
#     go_program.sh FOLDER
set -eu

cd "$(dirname "$0")/$1"
if ! command -v go >/dev/null; then
	echo 'e2e: needs Go 1.21 or newer (it fetches the one in go.mod)' >&2
	exit 1
fi
module=$(dirname "$(go env GOMOD)")
sum=$(cat ./*.go "$module/go.mod" "$module/go.sum" | sha256sum | cut -c 1-12)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ecr-secret
binary=$cache/$(basename "$1")-$sum

if [ ! -x "$binary" ]; then
	mkdir -p "$cache"
	nice go build -mod=readonly -trimpath -o "$binary.$$" -ldflags '-s -w' .
	mv "$binary.$$" "$binary"
fi
echo "$binary"
