/*
 * Who ends with a program: all that it started when we stop it or are stopped,
 * and nobody else.
 */
#include "base/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "test/unit/unit.h"

enum {
	OUT_MAX = 1024,
	LONG_MS = 20000, /* no test lasts that long, */
	SOON_MS = 5000,  /* nor this, however busy the machine is */
	SHORT_MS = 500,  /* a shell has started by then */
};

/*
 * A named pipe that a script and all that it starts hold open for writing: it
 * is at its end when they are gone, whoever has become their parent.
 */
struct witness {
	char folder[32];
	struct buf path, setting;
	int fd;
};

static void
make_witness(struct witness *witness)
{
	*witness = (struct witness){ .folder = "/tmp/test_program.XXXXXX" };
	assert_non_null(mkdtemp(witness->folder));
	buf_addf(&witness->path, "%s/fifo", witness->folder);
	buf_addf(&witness->setting, "WITNESS=%s", buf_str(&witness->path));
	assert_int_equal(mkfifo(buf_str(&witness->path), 0600), 0);
	witness->fd = open(buf_str(&witness->path), O_RDONLY | O_NONBLOCK);
	assert_true(witness->fd >= 0);
}

/* Is it so within that time: POLLIN, somebody wrote; POLLHUP, all are gone? */
static bool
sees(const struct witness *witness, short event, int within_ms)
{
	struct pollfd fd = { witness->fd, event, 0 };

	return poll(&fd, 1, within_ms) == 1 && (fd.revents & event) != 0;
}

static void
free_witness(struct witness *witness)
{
	(void)close(witness->fd);
	(void)unlink(buf_str(&witness->path));
	(void)rmdir(witness->folder);
	buf_free(&witness->path);
	buf_free(&witness->setting);
}

#define HOLD "exec 9>$WITNESS; echo here >&9; "

static int
run_with_witness(const struct witness *witness, const char *script,
    int64_t timeout_ms, struct buf *out, struct err *err)
{
	struct list words = { 0 }, settings = { 0 };
	const struct program program = { "test", &words, &settings, OUT_MAX,
		timeout_ms };
	int rc;

	list_split(&words, "sh -c", " ");
	list_add(&words, script);
	list_add(&settings, buf_str(&witness->setting));
	rc = program_run(&program, out, err);
	list_free(&words);
	list_free(&settings);
	return rc;
}

static void
all_are_killed_in_the_end(void **state)
{
	struct witness witness;
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	make_witness(&witness);
	assert_int_equal(run_with_witness(&witness,
			     HOLD "(trap '' HUP TERM; sleep 100) & sleep 100",
			     SHORT_MS, &out, &err),
	    -1);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_true(sees(&witness, POLLIN, 0));
	assert_true(sees(&witness, POLLHUP, SOON_MS));
	free_witness(&witness);
}

/* A daemon that it started, which has its standard output still. */
static void
background_is_left_alone(void **state)
{
	int64_t begun_ms = clock_monotonic_ms();
	struct witness witness;
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	make_witness(&witness);
	if (run_with_witness(&witness, HOLD "sleep 100 & echo $!", LONG_MS,
		&out, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(clock_monotonic_ms() - begun_ms < SOON_MS);
	assert_false(sees(&witness, POLLHUP, 100));
	assert_int_equal(kill((pid_t)strtol(buf_str(&out), NULL, 10), SIGKILL),
	    0);
	assert_true(sees(&witness, POLLHUP, SOON_MS));
	buf_free(&out);
	free_witness(&witness);
}

#define QUIET "(trap '' HUP TERM INT; sleep 100) & sleep 100"

static const struct signal_case {
	const char *name, *script;
	int number;
} signal_cases[] = {
	{ "all are killed when SIGTERM ends us", HOLD QUIET, SIGTERM },
	{ "all are killed when SIGINT ends us", HOLD QUIET, SIGINT },
	{ "all are killed when SIGHUP ends us", HOLD QUIET, SIGHUP },
	{ "all are killed while there is more to read", HOLD "yes >&2",
	    SIGTERM },
};

/* What our program is, in a process of its own. */
static _Noreturn void
be_ended(const struct witness *witness, const char *script)
{
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)close(STDERR_FILENO); /* where it tells why it ends */
	process_setup();
	(void)run_with_witness(witness, script, LONG_MS, &out, &err);
	_exit(1);
}

static void
all_are_killed_with_us(void **state)
{
	const struct signal_case *row = *state;
	struct witness witness;
	int64_t begun_ms;
	int status;
	pid_t pid;

	make_witness(&witness);
	pid = fork();
	if (pid == 0)
		be_ended(&witness, row->script);
	assert_true(pid > 0);
	assert_true(sees(&witness, POLLIN, SOON_MS));
	begun_ms = clock_monotonic_ms();
	assert_int_equal(kill(pid, row->number), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + row->number);
	assert_true(clock_monotonic_ms() - begun_ms < SOON_MS);
	assert_true(sees(&witness, POLLHUP, SOON_MS));
	free_witness(&witness);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit, "all are killed when the time is over",
	    all_are_killed_in_the_end, NULL);
	unit_add(&unit, "what is left in the background is left alone",
	    background_is_left_alone, NULL);
	UNIT_ADD_ROWS(&unit, signal_cases, all_are_killed_with_us);
	return unit_run(&unit, "program_end");
}
