#!/bin/sh
# Holds the whole tree against our rules and several compilers' opinion:
# `make lint`. Each check is one function; what it finds is shown, and all of
# them run, however many fail.
set -eu

cd "$(dirname "$0")/.."
jobs=$(getconf _NPROCESSORS_ONLN)
venv=$(packaging/deps.sh venv)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0
failed=0

# find NAME...: our files with these names, sorted, one a line.
our() {
	for name; do
		find . -name .git -prune -o -name build -prune -o \
		    -type f -name "$name" -print
	done | sort
}

our '*.[ch]' >"$tmp/c-and-h"
our '*.c' >"$tmp/c"
our '*.h' >"$tmp/h"
our '*.sh' >"$tmp/sh"
our '*.py' >"$tmp/py"
our '*.[1-8]' >"$tmp/man"

# each LIST COMMAND...: runs the command for each file of a list, which it
# names {}, several at once.
each() {
	list=$tmp/$1
	shift
	xargs -P "$jobs" -I '{}' -- "$@" <"$list"
}

# all LIST COMMAND...: runs the command once, on all files of a list.
all() {
	list=$tmp/$1
	shift
	xargs -- "$@" <"$list"
}

libs='libcurl openssl libcjson yaml-0.1 cmocka'
# A list of words, here and where it is used.
# shellcheck disable=SC2086
libs=$(pkg-config --cflags $libs 2>/dev/null || :)
# Any string does for the version; this one needs no quotes.
flags="-std=c11 -I. -D_DEFAULT_SOURCE -DVERSION=__FILE__ $libs"

# Members left out of an initialiser are zero, and meant to be.
strict='-Wall -Wextra -Wpedantic -Werror -Wcast-qual -Wconversion -Wformat=2
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wshadow
	-Wstrict-prototypes -Wundef -Wvla -Wwrite-strings
	-Wno-missing-field-initializers'
only_gcc='-Wduplicated-cond -Wlogical-op -fmax-errors=5'

# All that clang knows, less: how a struct is laid out, the C of 1990, what the
# macros of system headers expand to, and advice for C++.
clang_too='-Weverything -Wno-padded -Wno-declaration-after-statement
	-Wno-disabled-macro-expansion -Wno-reserved-macro-identifier
	-Wno-unsafe-buffer-usage -Wno-pre-c11-compat -Wno-pre-c23-compat
	-Wno-switch-default -Wno-unknown-warning-option
	-Wno-used-but-marked-unused'

check_format() {
	all c-and-h "$venv/bin/clang-format" --dry-run -Werror
}

check_clang() {
	# shellcheck disable=SC2086
	each c clang $flags $strict $clang_too -fsyntax-only '{}'
}

check_gcc_analyzer() {
	# shellcheck disable=SC2086
	each c gcc $flags $strict $only_gcc -O2 -fanalyzer -c -o /dev/null '{}'
}

check_tidy() {
	# shellcheck disable=SC2086
	each c clang-tidy --quiet '{}' -- $flags
}

# Variables are declared at the top of a block, and a struct's members may be
# used in another file than the one at hand. _Noreturn is unknown to it.
check_cppcheck() {
	all c cppcheck --quiet -j "$jobs" --std=c11 -I. --inline-suppr \
	    '-D_Noreturn=__attribute__((noreturn))' \
	    --enable=warning,style,performance,portability \
	    --suppress=missingIncludeSystem --suppress=unusedStructMember \
	    --suppress=variableScope --template=gcc --error-exitcode=1
}

check_headers_alone() {
	# shellcheck disable=SC2086
	each h gcc $flags $strict -fsyntax-only -x c '{}'
}

refused='strcpy|strcat|sprintf|vsprintf|strncpy|strncat|strtok|gets'
refused="$refused|scanf|sscanf|fscanf|atoi|atol"
check_refused_functions() {
	! all c-and-h grep -nE \
	    "(^|[^[:alnum:]_])($refused)[[:space:]]*\(|<assert\.h>"
}

check_file_length() {
	each c-and-h awk '
		END {
			if (NR > 400) {
				print FILENAME ": " NR " lines, more than 400"
				exit 1
			}
		}' '{}'
}

check_white_space() {
	git ls-files -co --exclude-standard >"$tmp/text" || return
	! all text grep -nIE '[[:space:]]+$'
}

check_shellcheck() {
	all sh shellcheck
}

check_python() {
	all py "$venv/bin/python" -m pyflakes
}

check_man_page() {
	all man mandoc -T lint -W warning
}

# run NAME TOOL: one check, which fails if its tool is missing.
run() {
	started=$(date +%s)
	if ! command -v "$2" >/dev/null; then
		echo "no ${2##*/}; run: make deps" >"$tmp/out"
		result=FAILED
	elif "check_$1" >"$tmp/out" 2>&1; then
		result=ok
	else
		result=FAILED
	fi
	printf '%-18s %s (%d s)\n' "$1" "$result" \
	    "$(($(date +%s) - started))"
	if [ "$result" = ok ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		sed 's/^/    /' "$tmp/out"
	fi
}

run format "$venv/bin/clang-format"
run clang clang
run gcc_analyzer gcc
run tidy clang-tidy
run cppcheck cppcheck
run headers_alone gcc
run refused_functions grep
run file_length awk
run white_space git
run shellcheck shellcheck
if [ -s "$tmp/py" ]; then
	run python "$venv/bin/pyflakes"
fi
if [ -s "$tmp/man" ]; then
	run man_page mandoc
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
