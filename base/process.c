/* The process itself: no core dumps, safe surroundings, an end by signal. */
#include "base/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/err.h"
#include "base/log.h"

enum {
	DESCRIPTORS_MIN = 32, /* a connection for each of a few requests */
};

/* Nothing is left half done: a request either arrived whole or it did not. */
static _Noreturn void
end_by_signal(int number)
{
	log_last_words(number == SIGTERM ? "ended by SIGTERM" :
		number == SIGINT         ? "ended by SIGINT" :
					   "ended by SIGHUP");
	_exit(128 + number);
}

static void
catch(int number)
{
	struct sigaction action = { .sa_handler = end_by_signal };

	BUG_IF(sigaction(number, &action, NULL) < 0);
}

/* Or a socket could become standard error, and be sent our log. */
static void
open_standard_descriptors(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			_exit(err_exit_code(ERR_SYSTEM));
}

/* Running out of them halfway would look like trouble with the network. */
static void
check_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < DESCRIPTORS_MIN) {
		log_last_words("the limit of open files is below 32");
		_exit(err_exit_code(ERR_SYSTEM));
	}
}

void
process_setup(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	open_standard_descriptors();
	check_descriptors();
	(void)unsetenv("SSLKEYLOGFILE"); /* libcurl would write keys there */
	/* c-ares waits 5 s for a name server that is down: as long as we do. */
	(void)setenv("RES_OPTIONS", "retrans:1000", 0);
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
#ifdef __linux__
	(void)prctl(PR_SET_DUMPABLE, 0);
#endif
	catch(SIGINT);
	catch(SIGTERM);
	catch(SIGHUP);
	BUG_IF(sigaction(SIGPIPE, &ignore, NULL) < 0);
}
