#!/bin/sh
# Builds the real Kubernetes of the end-to-end tests, once, and prints where
# the binary is: in a cache outside the tree, its name a checksum of these files.
set -eu

cd "$(dirname "$0")"
sum=$(cat go.mod go.sum main.go build.sh | sha256sum | cut -c 1-12)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ecr-secret
binary=$cache/kubernetes-$sum

if [ ! -x "$binary" ]; then
	version=$(sed -n 's,^\tk8s.io/kubernetes ,,p' go.mod)
	if ! command -v go >/dev/null; then
		echo 'e2e: needs Go 1.21 or newer (it fetches the one in go.mod)' >&2
		exit 1
	fi
	echo "e2e: building Kubernetes $version, 10 minutes or so, once" >&2
	mkdir -p "$cache"
	stamp=k8s.io/component-base/version
	minor=${version#v1.}
	nice go build -mod=readonly -trimpath -o "$binary.$$" -ldflags "-s -w \
	    -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 \
	    -X $stamp.gitMinor=${minor%%.*}" .
	mv "$binary.$$" "$binary"
fi
echo "$binary"
