#!/bin/sh
# Installs what building, testing and checking ecr-secret needs: `make deps`.
#
#     deps.sh [build|static|arm64|image|test|lint|bench|e2e]...
#     deps.sh venv
#
# Without arguments: build, static, test and lint. `venv` prints where the
# tests' Python environment is, and does nothing else. A second call finds all
# in place and touches neither apt nor the network.
set -eu

here=$(dirname "$0")
requirements=$here/../test/requirements.txt

build='gcc libc6-dev make pkg-config libcurl4-openssl-dev libssl-dev
	libcjson-dev libyaml-dev ca-certificates openssl'
static='gcc libc6-dev make dpkg-dev autoconf automake libtool patch
	xz-utils ca-certificates openssl'
arm64='gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static'
test='libcmocka-dev python3 python3-venv curl'
lint='git clang clang-tidy cppcheck shellcheck mandoc python3 python3-venv'
bench='valgrind'
image='git python3'
e2e='docker-registry skopeo podman runc util-linux iproute2 ca-certificates'

say() {
	printf 'deps: %s\n' "$*" >&2
}

run() {
	printf '+ %s\n' "$*" >&2
	"$@"
}

# The environment's name holds a checksum of what is in it, so that a changed
# pin or Python makes a new one and switching branches costs nothing.
find_python() {
	python=python3
	if [ -x /usr/bin/python3 ]; then
		python=/usr/bin/python3
	fi
	version=$("$python" -V)
	sum=$({ cat "$requirements"; echo "$version"; } | cksum)
	venv=${XDG_CACHE_HOME:-$HOME/.cache}/ecr-secret/venv-${sum%% *}
}

# The stamp comes last: an interrupted environment is made afresh. It can't be
# built elsewhere and renamed, since its programs carry its path.
make_venv() {
	find_python
	if [ -e "$venv/complete" ]; then
		return
	fi
	run "$python" -m venv --clear "$venv"
	run "$venv/bin/python" -m pip install --quiet \
	    --disable-pip-version-check --requirement "$requirements"
	touch "$venv/complete"
}

install_debian() {
	installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' \
	    "$@" 2>/dev/null || :)"
	missing=
	for package; do
		case "$installed$missing " in
		*" installed=$package "* | *" $package "*) ;;
		*) missing="$missing $package" ;;
		esac
	done
	if [ -z "$missing" ]; then
		return
	fi
	root=
	if [ "$(id -u)" -ne 0 ]; then
		root=sudo
	fi
	if [ -n "$root" ] && ! command -v sudo >/dev/null; then
		say "as root, run: apt-get install$missing"
		exit 1
	fi
	# Words are meant to split here.
	# shellcheck disable=SC2086
	{
		run $root apt-get update -qq
		run $root env DEBIAN_FRONTEND=noninteractive apt-get install \
		    -qq -o Dpkg::Use-Pty=0 --no-install-recommends $missing
	}
}

# Elsewhere we can't know the packages' names; the compiler and the libraries
# decide. Static builds, lint and benchmarks are for Debian and Ubuntu.
check_other() {
	say 'not Debian or Ubuntu. Install what these packages hold:'
	printf '    %s\n' "$@" >&2
	lacking=
	for tool in cc make pkg-config openssl python3; do
		command -v "$tool" >/dev/null || lacking="$lacking $tool"
	done
	for lib in libcurl openssl libcjson yaml-0.1 cmocka; do
		pkg-config --exists "$lib" 2>/dev/null ||
		    lacking="$lacking $lib"
	done
	if [ -n "$lacking" ]; then
		say "not found:$lacking"
	fi
}

if [ "$*" = venv ]; then
	find_python
	echo "$venv"
	exit
fi

[ $# -gt 0 ] || set -- build static test lint
packages=
want_venv=
for group; do
	case $group in
	build) packages="$packages $build" ;;
	static) packages="$packages $static" ;;
	arm64) packages="$packages $arm64" ;;
	test) packages="$packages $build $test" want_venv=yes ;;
	lint) packages="$packages $build $lint" want_venv=yes ;;
	bench) packages="$packages $bench" ;;
	image) packages="$packages $image" ;;
	e2e) packages="$packages $build $test $e2e" want_venv=yes ;;
	*)
		say "$group: unknown; see the head of $0"
		exit 64
		;;
	esac
done

# shellcheck disable=SC2086
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
	install_debian $packages
else
	check_other $packages
fi
if [ -n "$want_venv" ]; then
	make_venv
fi
