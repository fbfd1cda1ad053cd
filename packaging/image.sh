#!/bin/sh
# Packs the static binaries into one OCI image for several architectures, from
# scratch, without a daemon and bit-identical each time: `make image`.
#
#     image.sh VERSION ARCH=BINARY...
#
# Writes build/image (an OCI layout), build/ecr-secret-VERSION.oci.tar (the same
# in one file) and build/ecr-secret-VERSION.cdx.json (the bill of materials).
# An image is a tar and a few JSON documents that name each other by digest, as
# https://github.com/opencontainers/image-spec says. Its times are the commit's,
# or SOURCE_DATE_EPOCH; IMAGE_SOURCE may say where its source is published.
set -eu
umask 022

cd "$(dirname "$0")/.."
version=$1
shift
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
revision=$(git describe --always --exclude='*' --abbrev=40 --dirty || :)
tmp=$(mktemp -d build/image.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
layout=$tmp/layout
mkdir -p "$layout/blobs/sha256"

# note NAME VALUE: adds to what index, manifests and image say of themselves.
notes=
note() {
	[ -z "$2" ] ||
	    notes="${notes:+$notes, }\"org.opencontainers.image.$1\": \"$2\""
}
note title ecr-secret
note description 'Refreshes Amazon ECR tokens in Kubernetes Secrets'
note version "$version"
note licenses "Apache-2.0 AND curl AND LGPL-2.1-or-later AND MIT AND MPL-2.0\
 AND GPL-3.0-or-later WITH GCC-exception-3.1"
note revision "$revision"
note created "$created"
note source "${IMAGE_SOURCE:-}"

digest_of() {
	sha256sum "$1" | sed 's/\([0-9a-f]*\).*/sha256:\1/'
}

# pack FOLDER: its tar, the same for the same contents.
pack() {
	(cd "$1" && tar --format=ustar --sort=name --mtime="@$epoch" \
	    --owner=0 --group=0 --numeric-owner -cf - -- *)
}

# store TYPE FILE: moves a file into the layout, and prints what refers to it.
store() {
	digest=$(digest_of "$2")
	printf '"mediaType": "application/vnd.oci.image.%s", ' "$1"
	printf '"digest": "%s", "size": %d' "$digest" "$(wc -c <"$2")"
	mv "$2" "$layout/blobs/sha256/${digest#*:}"
}

# The binary, and the licences of all that is linked into it.
make_root() {
	mkdir -p "$tmp/root/licenses"
	install -m 755 "$2" "$tmp/root/ecr-secret"
	ln -s ecr-secret "$tmp/root/docker-credential-ecr-secret"
	install -m 644 "$(cat "build/static-$1/libs")"/copyright/* LICENSE \
	    NOTICE /usr/share/common-licenses/LGPL-2.1 "$tmp/root/licenses"
	install -m 644 /usr/share/doc/ca-certificates/copyright \
	    "$tmp/root/licenses/ca-certificates"
}

# add_image ARCH BINARY: stores one architecture's image, and adds its manifest
# to those that the index lists.
manifests=
add_image() {
	make_root "$1" "$2"
	pack "$tmp/root" >"$tmp/layer"
	rm -r "$tmp/root"
	diff_id=$(digest_of "$tmp/layer")
	gzip -n -9 "$tmp/layer"
	layer=$(store layer.v1.tar+gzip "$tmp/layer.gz")
	cat >"$tmp/config" <<-JSON
	{
	"architecture": "$1", "os": "linux", "created": "$created",
	"config": {
	"User": "65532:65532",
	"Entrypoint": ["/ecr-secret"],
	"WorkingDir": "/",
	"Labels": { $notes }
	},
	"rootfs": { "type": "layers", "diff_ids": ["$diff_id"] },
	"history": [{ "created": "$created", "created_by": "packaging/image.sh" }]
	}
	JSON
	config=$(store config.v1+json "$tmp/config")
	cat >"$tmp/manifest" <<-JSON
	{
	"schemaVersion": 2,
	"mediaType": "application/vnd.oci.image.manifest.v1+json",
	"config": { $config },
	"layers": [{ $layer }],
	"annotations": { $notes }
	}
	JSON
	manifest=$(store manifest.v1+json "$tmp/manifest")
	platform="{ \"architecture\": \"$1\", \"os\": \"linux\" }"
	manifests="${manifests:+$manifests,
}{ $manifest, \"platform\": $platform }"
}

for image; do
	add_image "${image%%=*}" "${image#*=}"
done
cat >"$tmp/index" <<-JSON
{
"schemaVersion": 2,
"mediaType": "application/vnd.oci.image.index.v1+json",
"manifests": [
$manifests
],
"annotations": { $notes }
}
JSON
digest=$(digest_of "$tmp/index")
index=$(store index.v1+json "$tmp/index")
name="{ \"org.opencontainers.image.ref.name\": \"ecr-secret:$version\" }"
cat >"$layout/index.json" <<-JSON
{
"schemaVersion": 2,
"mediaType": "application/vnd.oci.image.index.v1+json",
"manifests": [{ $index, "annotations": $name }]
}
JSON
echo '{"imageLayoutVersion": "1.0.0"}' >"$layout/oci-layout"

packaging/sbom.py "$version" "$created" "$digest" "$@" >"$tmp/sbom"
pack "$layout" >"$tmp/tar"
rm -rf build/image
mv "$layout" build/image
mv "$tmp/tar" "build/ecr-secret-$version.oci.tar"
mv "$tmp/sbom" "build/ecr-secret-$version.cdx.json"
echo "build/ecr-secret-$version.oci.tar: $digest"
