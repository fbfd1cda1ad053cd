/*
 * Runs a command and reports what it took. A small program does this because
 * the kernel counts what a process was before exec as well: started from
 * Python, everything peaks at Python's size.
 *
 *     measure REPORT COMMAND...
 *
 * Writes to the file REPORT: exit code, CPU time and wall time in
 * microseconds, and the largest process's peak memory in KiB.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long
in_us(struct timeval time)
{
	return time.tv_sec * 1000000L + time.tv_usec;
}

static long
now_us(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

int
main(int argc, char **argv)
{
	struct rusage usage = { 0 };
	long since_us = now_us(), wall_us;
	int status = 0, code;
	FILE *report;
	pid_t child;

	if (argc < 3)
		return 64;
	child = fork();
	if (child == 0) {
		(void)execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0)
		return 71;
	wall_us = now_us() - since_us;
	code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	report = fopen(argv[1], "w");
	if (report == NULL ||
	    fprintf(report, "%d %ld %ld %ld\n", code,
		in_us(usage.ru_utime) + in_us(usage.ru_stime), wall_us,
		usage.ru_maxrss) < 0)
		return 71;
	return fclose(report) == 0 ? 0 : 71;
}
