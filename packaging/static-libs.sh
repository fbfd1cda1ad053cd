#!/bin/sh
# Makes the static libraries that `make static` links, in a cache outside the
# tree, and prints that cache's path.
#
#     static-libs.sh [amd64|arm64]
#
# The cache holds lib/, include/, and for the bill of materials `versions`, a
# line "package version" for each source package that went in, copyright/PACKAGE
# with its licences, and what we changed, patches/PACKAGE. OpenSSL, c-ares,
# libyaml and the C library are Debian's own static libraries; libcurl and cJSON
# are built from Debian's source packages, because Debian's libcurl.a wants a
# GSSAPI that has no static library and cJSON has none. libcurl gets one patch
# of ours, which says why. Packages come from the mirrors that this machine's
# apt is set up for, checked by apt against the keys it trusts. Nothing is
# installed for it and no file of the system changes.
set -eu

patch=$(cd "$(dirname "$0")" && pwd)/curl-dyn-printf.patch
host=$(dpkg --print-architecture)
arch=${1:-$host}
case $arch in
amd64)
	triplet=x86_64-linux-gnu
	branch=-fcf-protection
	;;
arm64)
	triplet=aarch64-linux-gnu
	branch=-mbranch-protection=standard
	;;
*)
	echo "static-libs: $arch: not amd64 or arm64" >&2
	exit 64
	;;
esac

# The name of the cache changes with this recipe, with the release, and when an
# upgrade brings newer libraries to this machine: a static binary gets its
# security fixes by being built again.
key=$({
	cat "$0" "$patch" /etc/os-release
	dpkg-query -W -f '${Package} ${Version}\n' libcurl4-openssl-dev \
	    libssl-dev libcjson-dev libyaml-dev gcc libc6-dev 2>/dev/null || :
} | sha256sum | cut -c1-12)
base=${XDG_CACHE_HOME:-$HOME/.cache}/ecr-secret
out=$base/static-$arch-$key
if [ -e "$out/versions" ]; then
	echo "$out"
	exit
fi

say() {
	printf 'static-libs: %s\n' "$*" >&2
}

# What a command prints is shown only if it fails.
quietly() {
	"$@" >"$tmp/log" 2>&1 || {
		say "failed: $*"
		tail -n 40 "$tmp/log" >&2
		exit 1
	}
}

# A line of `versions` for a binary package, and its licence beside.
# The variables are dpkg's.
# shellcheck disable=SC2016
source_of='${source:Package} ${source:Version}\n'
copy_licence() {
	cp "$2/usr/share/doc/$1/copyright" "$root/copyright/${3%% *}"
	echo "$3" >>"$tmp/versions"
}

started=$(date +%s)
for tool in "$triplet-gcc" make dpkg-source autoreconf libtoolize patch; do
	command -v "$tool" >/dev/null || {
		group=static
		[ "$arch" = "$host" ] || group='static arm64'
		say "no $tool: run packaging/deps.sh $group"
		exit 1
	}
done
mkdir -p "$base"
tmp=$(mktemp -d "$base/tmp.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
root=$tmp/root
mkdir -p "$tmp/etc/parts" "$tmp/lists/partial" "$tmp/debs" "$tmp/src" \
    "$root/lib" "$root/include" "$root/copyright" "$root/patches"

# A private copy of the machine's sources, with deb-src switched on in both of
# apt's formats.
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
	if [ -e "$file" ]; then
		sed -n 's/^deb\([[:space:]].*\)/&\ndeb-src\1/p' "$file" \
		    >"$tmp/etc/parts/${file##*/}"
	fi
done
for file in /etc/apt/sources.list.d/*.sources; do
	if [ -e "$file" ]; then
		sed 's/^Types:.*/Types: deb deb-src/' "$file" \
		    >"$tmp/etc/parts/${file##*/}"
	fi
done
[ ! -e "$tmp/etc/parts/sources.list" ] ||
    mv "$tmp/etc/parts/sources.list" "$tmp/etc/sources.list"
cat >"$tmp/etc/apt.conf" <<-CONF
	Dir::Etc::sourcelist "$tmp/etc/sources.list";
	Dir::Etc::sourceparts "$tmp/etc/parts";
	Dir::State::lists "$tmp/lists";
	Dir::Cache "$tmp/cache";
	Acquire::Languages "none";
	Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
	Acquire::IndexTargets::deb::CNF::DefaultEnabled "false";
	Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
	APT::Architectures { "$host"; "$arch"; };
	APT::Sandbox::User "root";
CONF
export APT_CONFIG="$tmp/etc/apt.conf"

say 'fetching packages'
cd "$tmp/debs"
quietly apt-get update -q
quietly apt-get download -q "libssl-dev:$arch" "libc-ares-dev:$arch" \
    "libyaml-dev:$arch" "libc6-dev:$arch"
cd "$tmp/src"
quietly apt-get source -q curl cjson

for deb in "$tmp"/debs/*.deb; do
	name=${deb##*/}
	name=${name%%_*}
	dpkg -x "$deb" "$tmp/$name"
	copy_licence "$name" "$tmp/$name" "$(dpkg-deb -W \
	    --showformat="$source_of" "$deb")"
done

# Debian's static libraries, less the tables for unwinding a stack: nothing in
# a C program of one thread uses them, and they are an eighth of the binary.
# Headers of one architecture lie in a folder of their own, which we fold into
# the common one.
for name in libssl libc-ares libyaml; do
	cd "$tmp/$name-dev/usr"
	for lib in "lib/$triplet"/*.a; do
		"$triplet-objcopy" --remove-section .eh_frame "$lib" \
		    "$root/lib/${lib##*/}"
	done
	cp -R include/. "$root/include"
done
cp -R "$root/include/$triplet/." "$root/include"
rm -r "${root:?}/include/$triplet"

cc=$triplet-gcc
export CFLAGS="-O2 -ffunction-sections -fdata-sections -fPIE \
-fstack-protector-strong -fstack-clash-protection $branch \
-fno-asynchronous-unwind-tables -fno-unwind-tables \
-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -ffile-prefix-map=$tmp/src=."

say 'building cJSON'
cd "$tmp"/src/cjson-*/
# shellcheck disable=SC2086
quietly "$cc" $CFLAGS -c cJSON.c
"$triplet-ar" rcs "$root/lib/libcjson.a" cJSON.o
mkdir "$root/include/cjson"
cp cJSON.h "$root/include/cjson"

# The flavours for GnuTLS and NSS are patches on top, which rename the library.
# What configure can switch off and we have no use for goes. That includes the
# loading of the host's openssl.cnf, which may name providers that a static
# program can't load.
say 'building libcurl'
cd "$tmp"/src/curl-*/
for flavour in 99_nss.patch 90_gnutls.patch; do
	if grep -qx "$flavour" debian/patches/series; then
		quietly patch -R -p1 -i "debian/patches/$flavour"
	fi
done
quietly patch -p1 --fuzz=0 -i "$patch"
cp "$patch" "$root/patches/curl"
quietly autoreconf -fi
quietly ./configure --host="$triplet" --disable-shared --enable-static \
    --disable-dependency-tracking --disable-silent-rules \
    --with-openssl="$root" --enable-ares="$root" --enable-ipv6 \
    --disable-openssl-auto-load-config \
    --without-ca-bundle --without-ca-path --without-ca-fallback \
    --without-zlib --without-brotli --without-zstd \
    --without-nghttp2 --without-ngtcp2 --without-nghttp3 --without-quiche \
    --without-libidn2 --without-libpsl --without-libgsasl \
    --without-gssapi --without-librtmp --without-libssh --without-libssh2 \
    --disable-dict --disable-file --disable-ftp --disable-gopher \
    --disable-imap --disable-ldap --disable-ldaps --disable-mqtt \
    --disable-pop3 --disable-rtsp --disable-smb --disable-smtp \
    --disable-telnet --disable-tftp --disable-websockets \
    --disable-crypto-auth --disable-ntlm --disable-ntlm-wb --disable-tls-srp \
    --disable-alt-svc --disable-cookies --disable-dateparse \
    --disable-dnsshuffle --disable-doh --disable-get-easy-options \
    --disable-hsts --disable-libcurl-option --disable-manual --disable-mime \
    --disable-netrc --disable-progress-meter --disable-pthreads \
    --disable-rt --disable-threaded-resolver --disable-unix-sockets
quietly make -C lib -j "$(nproc)" libcurl.la
cp lib/.libs/libcurl.a "$root/lib"
mkdir "$root/include/curl"
cp include/curl/*.h "$root/include/curl"

# The C library as the distribution mends it: a cross compiler's own may be
# years behind. Its headers are the same. It comes last, so that the tests of
# configure above don't find half of a C library here.
cd "$tmp/libc6-dev/usr/lib/$triplet"
cp libc.a crti.o crtn.o rcrt1.o "$root/lib"

# A little of libgcc is in every program.
libgcc=$(realpath "$("$cc" -print-libgcc-file-name)")
name=$(dpkg -S "$libgcc")
name=${name%%:*}
# A cross compiler's package is made from another's source, and says which.
# shellcheck disable=SC2016
source=$(dpkg-query -W -f '${Built-Using}' "$name" |
    sed -n 's/^\(gcc-[0-9]*\) (= \([^)]*\)).*/\1 \2/p')
copy_licence "$name" / "${source:-$(dpkg-query -W -f "$source_of" "$name")}"
for source in curl cjson; do
	cd "$tmp/src/$source"-*/
	cp debian/copyright "$root/copyright/$source"
	echo "$source $(dpkg-parsechangelog -S Version)"
done >>"$tmp/versions"
sort "$tmp/versions" >"$root/versions"

# Another run may have been faster.
mv -T "$root" "$out" 2>/dev/null || [ -e "$out/versions" ]
say "$arch ready after $(($(date +%s) - started)) s"
echo "$out"
