/* Another program, run without a shell, within a time limit. */
#define _GNU_SOURCE /* execvpe, pipe2, environ */
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	STDERR_KEPT = 4096,     /* holds the last line, if it is one to read */
	DESCRIPTORS_MAX = 4096, /* ours are numbered far below */
};

/* --- Starting the program -------------------------------------------------- */

/* All that we open; of a pipe first the end that is read. */
enum {
	NULL_IN,
	OUT, /* its standard output */
	OUT_TO,
	SAID, /* its standard error */
	SAID_TO,
	FAILURE, /* errno, when it can't be run */
	FAILURE_TO,
	SIGNALS,
	FDS_N
};

struct run {
	const struct program *program;
	pid_t pid;
	int fds[FDS_N]; /* -1: not open */
	sigset_t mask;  /* ours, before */
	struct buf out;
	struct buf said; /* the end of it */
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/*
 * While it runs, what ends us comes by a descriptor, as does the news of its
 * own end: base/process's handlers, which exit at once, would leave it behind.
 */
static void
block_signals(sigset_t *blocked, sigset_t *before)
{
	/* Where it was inherited as ignored, nobody learns of an end. */
	struct sigaction usual = { .sa_handler = SIG_DFL };

	(void)sigemptyset(blocked);
	(void)sigaddset(blocked, SIGINT);
	(void)sigaddset(blocked, SIGTERM);
	(void)sigaddset(blocked, SIGHUP);
	(void)sigaddset(blocked, SIGCHLD);
	BUG_IF(sigaction(SIGCHLD, &usual, NULL) < 0);
	BUG_IF(sigprocmask(SIG_BLOCK, blocked, before) < 0);
}

static int
open_fds(int fds[FDS_N], const sigset_t *signals)
{
	fds[NULL_IN] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fds[NULL_IN] < 0 || pipe2(&fds[OUT], O_CLOEXEC) < 0 ||
	    pipe2(&fds[SAID], O_CLOEXEC) < 0 ||
	    pipe2(&fds[FAILURE], O_CLOEXEC) < 0)
		return -1;
	if (fcntl(fds[OUT], F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(fds[SAID], F_SETFL, O_NONBLOCK) < 0)
		return -1;
	fds[SIGNALS] = signalfd(-1, signals, SFD_CLOEXEC);
	return fds[SIGNALS] < 0 ? -1 : 0;
}

/* Does a setting from this one on have the name that entry has? */
static bool
is_set(const struct list *settings, size_t from, const char *entry)
{
	size_t len = strcspn(entry, "=") + 1;

	for (size_t i = from; settings != NULL && i < settings->n; i++)
		if (strncmp(settings->items[i], entry, len) == 0)
			return true;
	return false;
}

static void
add_environment(const struct list *settings, struct list *entries)
{
	for (char **entry = environ; *entry != NULL; entry++)
		if (!is_set(settings, 0, *entry))
			list_add(entries, *entry);
	for (size_t i = 0; settings != NULL && i < settings->n; i++)
		if (!is_set(settings, i + 1, settings->items[i]))
			list_add(entries, settings->items[i]);
}

/* The items as execve wants them, ended by NULL; for mem_free. */
static char **
to_vector(const struct list *list)
{
	char **vector = xcalloc(list->n + 1, sizeof(*vector));

	if (list->n > 0)
		memcpy(vector, list->items, list->n * sizeof(*vector));
	return vector;
}

/* In the new process, by calls that are safe between fork and exec. */
static _Noreturn void
become(const struct run *run, char **words, char **environment)
{
	struct sigaction usual = { .sa_handler = SIG_DFL }; /* we ignore it */

	/* Not all that a library opens is closed to other programs. */
	for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS_MAX; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (setsid() >= 0 && dup2(run->fds[NULL_IN], STDIN_FILENO) >= 0 &&
	    dup2(run->fds[OUT_TO], STDOUT_FILENO) >= 0 &&
	    dup2(run->fds[SAID_TO], STDERR_FILENO) >= 0 &&
	    sigaction(SIGPIPE, &usual, NULL) >= 0 &&
	    sigprocmask(SIG_SETMASK, &run->mask, NULL) >= 0)
		(void)execvpe(words[0], words, environment);
	_exit(write(run->fds[FAILURE_TO], &errno, sizeof(errno)) < 0 ? 126 :
								       127);
}

static int
start_program(struct run *run, struct err *err)
{
	struct list entries = { 0 };
	char **words = to_vector(run->program->words), **environment;
	sigset_t signals;

	add_environment(run->program->settings, &entries);
	environment = to_vector(&entries);
	block_signals(&signals, &run->mask);
	if (open_fds(run->fds, &signals) == 0 && (run->pid = fork()) == 0)
		become(run, words, environment);
	if (run->pid < 0)
		(void)err_set(err, ERR_SYSTEM, "%s: %s", run->program->what,
		    strerror(errno));
	close_fd(&run->fds[NULL_IN]);
	close_fd(&run->fds[OUT_TO]);
	close_fd(&run->fds[SAID_TO]);
	close_fd(&run->fds[FAILURE_TO]);
	mem_free(words);
	mem_free(environment);
	list_free(&entries);
	return run->pid < 0 ? -1 : 0;
}

/* --- Following it to its end ----------------------------------------------- */

/* Not waited for: what hangs inside the kernel would hold us up, too. */
static void
kill_all(const struct run *run)
{
	(void)kill(-run->pid, SIGKILL);
	(void)kill(run->pid, SIGKILL); /* it may have no group yet */
}

/* Adds a piece of what is there to read; returns its size. */
static size_t
read_some(int *fd, struct buf *to)
{
	char chunk[4096];
	ssize_t n;

	if (*fd < 0)
		return 0;
	n = read(*fd, chunk, sizeof(chunk));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(fd);
	if (n <= 0)
		return 0;
	buf_add(to, chunk, (size_t)n);
	mem_wipe(chunk, sizeof(chunk));
	return (size_t)n;
}

/* However much it says, it does not fill the memory. */
static void
forget_start(struct buf *said)
{
	struct buf end = { 0 };

	if (said->len <= 2 * STDERR_KEPT)
		return;
	buf_add(&end, said->data + said->len - STDERR_KEPT, STDERR_KEPT);
	buf_move(said, &end);
}

/* Until there is more to read, it has ended, or we are to end, with it. */
static void
wait_for_more(const struct run *run, int64_t left_ms)
{
	struct pollfd fds[] = {
		{ run->fds[OUT], POLLIN, 0 },
		{ run->fds[SAID], POLLIN, 0 },
		{ run->fds[SIGNALS], POLLIN, 0 },
	};
	struct signalfd_siginfo info;

	(void)poll(fds, sizeof(fds) / sizeof(fds[0]),
	    left_ms > INT_MAX ? INT_MAX : (int)left_ms);
	if ((fds[2].revents & POLLIN) == 0 ||
	    read(run->fds[SIGNALS], &info, sizeof(info)) != sizeof(info) ||
	    info.ssi_signo == SIGCHLD)
		return;
	kill_all(run);
	(void)sigprocmask(SIG_SETMASK, &run->mask, NULL);
	(void)raise((int)info.ssi_signo);
}

/* Only looks: it is reaped in the end, so that its number stays its own. */
static bool
has_ended(const struct run *run)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)run->pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == run->pid;
}

static int
follow(struct run *run, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + run->program->timeout_ms;

	for (;;) {
		/* Asked first: what it wrote before its end is read below. */
		bool is_ended = has_ended(run);
		size_t n = read_some(&run->fds[OUT], &run->out) +
		    read_some(&run->fds[SAID], &run->said);
		int64_t left_ms = deadline_ms - clock_monotonic_ms();

		forget_start(&run->said);
		if (run->out.len > run->program->out_max)
			return err_set(err, ERR_DATA,
			    "printed more than %zu bytes",
			    run->program->out_max);
		if (is_ended && n == 0)
			return 0;
		if (left_ms <= 0)
			return err_set(err, ERR_RETRY, "took longer than %g s",
			    (double)run->program->timeout_ms / 1000);
		wait_for_more(run, n > 0 ? 0 : left_ms);
	}
}

/* It has ended: how? */
static int
judge(const struct run *run, struct err *err)
{
	int failure = 0, status = 0;

	(void)waitpid(run->pid, &status, 0);
	if (read(run->fds[FAILURE], &failure, sizeof(failure)) ==
	    sizeof(failure)) {
		(void)err_set(err, ERR_CONFIG, "%s", strerror(failure));
		if (failure == ENOENT && run->program->missing_hint != NULL)
			err_hint(err, "%.1000s", run->program->missing_hint);
		return -1;
	}
	if (WIFSIGNALED(status))
		return err_set(err, ERR_CONFIG, "ended by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return err_set(err, ERR_CONFIG, "exit status %d",
		    WEXITSTATUS(status));
	return 0;
}

/* As people see it: a progress bar returns, and what is binary has no end. */
static bool
is_line_end(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

/* Who it was, and the last line that it said. */
static void
explain(struct run *run, struct err *err)
{
	const struct program *program = run->program;
	char *text = run->said.data;
	size_t end = run->said.len, begin;
	struct buf line = { 0 };

	err_wrap(err, "%s: %s", program->what, program->words->items[0]);
	while (end > 0 && (is_line_end(text[end - 1]) || text[end - 1] == ' '))
		end--;
	if (end == 0)
		return;
	text[end] = '\0';
	for (begin = end; begin > 0 && !is_line_end(text[begin - 1]);)
		begin--;
	buf_add_message(&line, text + begin, NULL, 0);
	err_hint(err, "it said: %s", buf_str(&line));
	buf_free(&line);
}

int
program_run(const struct program *program, struct buf *out, struct err *err)
{
	struct run run = { .program = program, .pid = -1 };
	int rc = -1;

	for (int i = 0; i < FDS_N; i++)
		run.fds[i] = -1;
	if (start_program(&run, err) < 0)
		goto out;
	if (follow(&run, err) < 0) {
		kill_all(&run);
		explain(&run, err);
		goto out;
	}
	if (judge(&run, err) < 0) {
		explain(&run, err);
		goto out;
	}
	buf_move(out, &run.out);
	rc = 0;
out:
	BUG_IF(sigprocmask(SIG_SETMASK, &run.mask, NULL) < 0);
	for (int i = 0; i < FDS_N; i++)
		close_fd(&run.fds[i]);
	buf_free(&run.out);
	buf_free(&run.said);
	return rc;
}
