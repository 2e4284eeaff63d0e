# shellcheck shell=bash
# names.sh - the tests that there are, and those that names mean. Sourced by ./check,
# after packages.sh; bash.

# All tests, a line each, of what automake's fragments say in whichever branch. This needs
# no configured folder.
# shellcheck disable=SC2154 # top is set by those who source this
all_tests() {
	{
		say 'TESTS =' # not that of a make that runs this
		sed -E '/^(if|else|endif|include)\b/d' "$top/tests/local.mk" \
			"$top"/tests/*/local.mk
		# shellcheck disable=SC2016 # for make to expand
		printf 'all-tests:\n\t@printf "%%s\\n" $(TESTS)\n'
	} | MAKEFLAGS='' make -s -f - all-tests
}

# Does the name $2 mean the test $1? It is a folder below tests/, or the test's own
# name, with or without its folder and what is behind its dot.
is_named() {
	local test=${1#tests/} name=${2#./}
	test=${test%.*} name=${name#tests/} name=${name%/}
	case ${name%.*} in
	"${test%%/*}" | "$test" | "${test#*/}") ;;
	*) return 1 ;;
	esac
}

# Those of the tests $1, a line each, that the names $2... mean. A name that means none
# is a fault, which is told.
tests_named() {
	local tests=$1 name test found
	shift
	for name in "$@"; do
		found=
		for test in $tests; do
			is_named "$test" "$name" || continue
			found=yes
			say "$test"
		done
		[ -n "$found" ] || {
			say "check: no group or test is called '$name'; groups are" \
				"$(groups_of "$tests")" >&2
			return 2
		}
	done | sort -u
	return "${PIPESTATUS[0]}"
}

# The groups of the tests $1, in one line.
groups_of() {
	local groups
	groups=$(say "$1" | cut -d / -f 2 | sort -u | tr '\n' ' ')
	say "${groups% }"
}
