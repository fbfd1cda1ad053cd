/* Other programs, run within limits. What they do is written for sh. */
#include "base/program.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "test/unit/unit.h"

enum {
	OUT_MAX = 1024 * 1024,
	LONG_MS = 20000, /* no test lasts that long, */
	SOON_MS = 5000,  /* nor this, however busy the machine is */
	SHORT_MS = 500,  /* a shell has started by then */
	OPENED = 50,     /* a descriptor of ours */
};

static struct program
make_program(const struct list *words)
{
	return (struct program){ "test", words, NULL, OUT_MAX, LONG_MS };
}

static void
add_script(struct list *words, const char *script)
{
	list_split(words, "sh -c", " ");
	list_add(words, script);
}

static int
run_script(const char *script, int64_t timeout_ms, struct buf *out,
    struct err *err)
{
	struct list words = { 0 };
	struct program program = make_program(&words);
	int rc;

	add_script(&words, script);
	program.timeout_ms = timeout_ms;
	rc = program_run(&program, out, err);
	list_free(&words);
	return rc;
}

/* --- What comes out ------------------------------------------------------- */

/* As it was given to the shell, which would drop one of two. */
#define ENVIRONMENT "tr '\\000' '\\n' </proc/$$/environ | "

static const struct output_case {
	const char *name, *script, *want;
} output_cases[] = {
	{ "what is printed is taken", "echo a; echo b", "a\nb\n" },
	{ "nothing printed is nothing", "true", "" },
	{ "standard error is not taken", "echo a >&2; echo b", "b\n" },
	{ "standard input is empty", "cat; echo end", "end\n" },
	{ "our environment is there", "echo $OURS", "1\n" },
	{ "a setting is added", "echo $ADDED", "2\n" },
	{ "a setting replaces ours",
	    ENVIRONMENT "grep ^REPLACED=", "REPLACED=3\n" },
	{ "a longer name is another", "echo $REPLACED_NOT", "4\n" },
	{ "a shorter name is another", "echo $REPLACE", "5\n" },
	{ "the last of two settings counts",
	    ENVIRONMENT "grep ^TWICE=", "TWICE=b\n" },
	{ "a setting may have an equals sign", "echo $EQUALS", "a=b\n" },
	{ "no other descriptor of ours is open",
	    "i=3; while [ $i -lt 64 ]; do\n"
	    "if [ -e /proc/$$/fd/$i ]; then echo $i; fi; i=$((i+1)); done",
	    "" },
	{ "it has a session and group of its own, and no terminal",
	    "set -- $(cat /proc/$$/stat)\n"
	    "[ $1 = $5 ] && [ $1 = $6 ] && echo $7",
	    "0\n" },
};

static void
output_is_taken(void **state)
{
	const struct output_case *row = *state;
	struct list words = { 0 }, settings = { 0 };
	struct program program = make_program(&words);
	struct buf out = { 0 };
	struct err err = { 0 };

	add_script(&words, row->script);
	list_split(&settings, "ADDED=2 REPLACED=3 TWICE=a TWICE=b EQUALS=a=b",
	    " ");
	program.settings = &settings;
	if (program_run(&program, &out, &err) < 0)
		fail_msg("%s", err.text);
	unit_check_text(&out, row->want);
	list_free(&words);
	list_free(&settings);
}

static void
nothing_is_expanded(void **state)
{
	struct list words = { 0 };
	struct program program = make_program(&words);
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	list_split(&words, "printf,%s|,$HOME *, a;b ,`x`", ",");
	list_add(&words, "");
	if (program_run(&program, &out, &err) < 0)
		fail_msg("%s", err.text);
	unit_check_text(&out, "$HOME *| a;b |`x`||");
	list_free(&words);
}

/* More than a pipe holds, on both, at once; up to the limit; with NULs. */
static void
much_is_taken(void **state)
{
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	if (run_script("head -c 1048576 /dev/zero >&2\n"
		       "head -c 1048576 /dev/zero",
		LONG_MS, &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(out.len, OUT_MAX);
	for (size_t i = 0; i < out.len; i++)
		assert_int_equal(out.data[i], 0);
	buf_free(&out);
}

/* As kubectl finds it. */
static void
program_is_found_by_our_path(void **state)
{
	struct list words = { 0 }, settings = { 0 };
	struct program program = make_program(&words);
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	add_script(&words, "echo $PATH");
	list_add(&settings, "PATH=/nowhere");
	program.settings = &settings;
	if (program_run(&program, &out, &err) < 0)
		fail_msg("%s", err.text);
	unit_check_text(&out, "/nowhere\n");
	list_free(&words);
	list_free(&settings);
}

/* --- What goes wrong ------------------------------------------------------ */

#define RUN_OF_BASE64 \
	"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5"

static const struct error_case {
	const char *name, *script;
	size_t out_max;
	int64_t timeout_ms;
	enum err_kind kind;
	const char *want;
} error_cases[] = {
	{ "a status is told", "exit 3", OUT_MAX, LONG_MS, ERR_CONFIG,
	    "test: sh: exit status 3" },
	{ "what it printed before does not help", "echo a; exit 1", OUT_MAX,
	    LONG_MS, ERR_CONFIG, "test: sh: exit status 1" },
	{ "the last line that it said is told",
	    "echo a >&2; echo ' b  c ' >&2; printf '\\n \\n' >&2; exit 255",
	    OUT_MAX, LONG_MS, ERR_CONFIG,
	    "test: sh: exit status 255; it said:  b  c" },
	{ "the only line may be unfinished", "printf a >&2; exit 1", OUT_MAX,
	    LONG_MS, ERR_CONFIG, "test: sh: exit status 1; it said: a" },
	{ "a line may end by other than a newline",
	    "printf 'a\\rb\\000c\\r' >&2; exit 1", OUT_MAX, LONG_MS, ERR_CONFIG,
	    "test: sh: exit status 1; it said: c" },
	{ "blank lines are nothing", "echo >&2; echo ' ' >&2; exit 1", OUT_MAX,
	    LONG_MS, ERR_CONFIG, "test: sh: exit status 1" },
	{ "the last of very many is, too",
	    "head -c 1000000 /dev/zero >&2; yes | head -c 9000 >&2\n"
	    "echo end >&2; exit 1",
	    OUT_MAX, LONG_MS, ERR_CONFIG,
	    "test: sh: exit status 1; it said: end" },
	{ "a token in it is masked", "echo token " RUN_OF_BASE64 " >&2; exit 1",
	    OUT_MAX, LONG_MS, ERR_CONFIG,
	    "test: sh: exit status 1; it said: token ***" },
	{ "an end by a signal is told", "kill -9 $$", OUT_MAX, LONG_MS,
	    ERR_CONFIG, "test: sh: ended by signal 9 (Killed)" },
	{ "SIGPIPE, which we ignore, ends it", "kill -PIPE $$", OUT_MAX,
	    LONG_MS, ERR_CONFIG, "test: sh: ended by signal 13 (Broken pipe)" },
	{ "SIGTERM, which we block, does", "kill -TERM $$", OUT_MAX, LONG_MS,
	    ERR_CONFIG, "test: sh: ended by signal 15 (Terminated)" },
	{ "it must not print more", "printf 1234", 3, LONG_MS, ERR_DATA,
	    "test: sh: printed more than 3 bytes" },
	{ "it must not print without an end", "yes", OUT_MAX, LONG_MS, ERR_DATA,
	    "test: sh: printed more than 1048576 bytes" },
	{ "nor say something without an end", "yes >&2", OUT_MAX, SHORT_MS,
	    ERR_RETRY, "test: sh: took longer than 0.5 s; it said: y" },
	{ "its time ends", "echo waiting >&2; sleep 100", OUT_MAX, SHORT_MS,
	    ERR_RETRY, "test: sh: took longer than 0.5 s; it said: waiting" },
	{ "even if it will print nothing more", "exec >&- 2>&-; sleep 100",
	    OUT_MAX, SHORT_MS, ERR_RETRY, "test: sh: took longer than 0.5 s" },
	{ "no time is over at once", "sleep 100", OUT_MAX, 0, ERR_RETRY,
	    "test: sh: took longer than 0 s" },
	{ "its end is waited for, when all is printed",
	    "exec >&- 2>&-; sleep 0.2; exit 4", OUT_MAX, LONG_MS, ERR_CONFIG,
	    "test: sh: exit status 4" },
};

static void
error_is_explained(void **state)
{
	const struct error_case *row = *state;
	struct list words = { 0 };
	struct program program = make_program(&words);
	struct buf out = { 0 };
	struct err err = { 0 };
	int64_t begun_ms = clock_monotonic_ms();

	add_script(&words, row->script);
	program.out_max = row->out_max;
	program.timeout_ms = row->timeout_ms;
	assert_int_equal(program_run(&program, &out, &err), -1);
	assert_string_equal(err.text, row->want);
	assert_int_equal(err.kind, row->kind);
	assert_int_equal(out.len, 0);
	assert_true(clock_monotonic_ms() - begun_ms < SOON_MS);
	list_free(&words);
}

/* Neither what is at its end nor a child that stops keeps us busy. */
static void
waiting_costs_nothing(void **state)
{
	clock_t begun = clock();
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(run_script("exec >&- 2>&-; kill -STOP $$", SHORT_MS,
			     &out, &err),
	    -1);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_true(clock() - begun < CLOCKS_PER_SEC / 10);
}

static const struct name_case {
	const char *name, *program, *want;
} name_cases[] = {
	{ "a program that is nowhere", "no-such-program",
	    "test: no-such-program: No such file or directory" },
	{ "a path that is not there", "/nowhere/x",
	    "test: /nowhere/x: No such file or directory" },
	{ "a file that can't be run", "/etc/passwd",
	    "test: /etc/passwd: Permission denied" },
	{ "a folder", "/etc", "test: /etc: Permission denied" },
	{ "no name at all", "", "test: : No such file or directory" },
};

static void
failure_to_run_is_told(void **state)
{
	const struct name_case *row = *state;
	struct list words = { 0 };
	struct program program = make_program(&words);
	struct buf out = { 0 };
	struct err err = { 0 };

	list_add(&words, row->program);
	list_add(&words, "secret");
	assert_int_equal(program_run(&program, &out, &err), -1);
	assert_string_equal(err.text, row->want);
	assert_int_equal(err.kind, ERR_CONFIG);
	list_free(&words);
}

/* --- What it leaves behind ------------------------------------------------- */

/* Some programs start others with SIGCHLD ignored, which is inherited. */
static void
status_is_known_without_sigchld(void **state)
{
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	(void)signal(SIGCHLD, SIG_IGN);
	assert_int_equal(run_script("exit 3", LONG_MS, &out, &err), -1);
	assert_string_equal(err.text, "test: sh: exit status 3");
}

/* One that we killed may be there: it is not waited for. */
static void
no_zombie_is_left_behind(void **state)
{
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(run_script("true", LONG_MS, &out, &err), 0);
	assert_int_equal(run_script("exit 1", LONG_MS, &out, &err), -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
nothing_is_left_behind(void **state)
{
	static const char *const scripts[] = { "yes", "true", "exit 1" };
	int lowest = dup(STDIN_FILENO);
	sigset_t mask;

	(void)state;
	(void)close(lowest);
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct buf out = { 0 };
		struct err err = { 0 };
		int next;

		assert_int_equal(run_script(scripts[i], LONG_MS, &out, &err),
		    i == 1 ? 0 : -1);
		buf_free(&out);
		next = dup(STDIN_FILENO);
		assert_int_equal(next, lowest);
		(void)close(next);
		assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
		assert_false(sigismember(&mask, SIGTERM));
		assert_false(sigismember(&mask, SIGCHLD));
	}
}

/* However many there are of the eight that it needs. */
static void
lack_of_descriptors_is_told(void **state)
{
	struct rlimit before, few;
	struct buf out = { 0 };
	struct err err = { 0 };
	int failed = 0;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	for (few.rlim_cur = STDERR_FILENO + 1;; few.rlim_cur++) {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		if (run_script("true", LONG_MS, &out, &err) == 0)
			break;
		assert_string_equal(err.text, "test: Too many open files");
		assert_int_equal(err.kind, ERR_SYSTEM);
		failed++;
	}
	assert_true(failed >= 8);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* A standard input that is never at its end, and one more of it. */
static void
have_endless_input(void)
{
	int ends[2];

	BUG_IF(pipe(ends) < 0);
	BUG_IF(dup2(ends[0], STDIN_FILENO) < 0 || dup2(ends[1], OPENED) < 0);
	BUG_IF(close(ends[0]) < 0 || close(ends[1]) < 0);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	(void)signal(SIGPIPE, SIG_IGN); /* as base/process does */
	(void)setenv("OURS", "1", 1);
	(void)setenv("REPLACED", "0", 1);
	(void)setenv("REPLACED_NOT", "4", 1);
	(void)setenv("REPLACE", "5", 1);
	have_endless_input();
	UNIT_ADD_ROWS(&unit, output_cases, output_is_taken);
	unit_add(&unit, "nothing is expanded", nothing_is_expanded, NULL);
	unit_add(&unit, "much is taken, of both", much_is_taken, NULL);
	unit_add(&unit, "a program is found by our PATH",
	    program_is_found_by_our_path, NULL);
	UNIT_ADD_ROWS(&unit, error_cases, error_is_explained);
	unit_add(&unit, "waiting costs nothing", waiting_costs_nothing, NULL);
	UNIT_ADD_ROWS(&unit, name_cases, failure_to_run_is_told);
	unit_add(&unit, "its status is known where SIGCHLD was ignored",
	    status_is_known_without_sigchld, NULL);
	unit_add(&unit, "no zombie is left behind", no_zombie_is_left_behind,
	    NULL);
	unit_add(&unit, "nothing is left behind", nothing_is_left_behind, NULL);
	unit_add(&unit, "a lack of descriptors is told",
	    lack_of_descriptors_is_told, NULL);
	return unit_run(&unit, "program");
}
