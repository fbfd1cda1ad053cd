/*
 * Preloaded, lets the machine sleep for SLEPT_S seconds: once the file WOKEN is
 * there, the clock on the wall has moved on.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

time_t
time(time_t *timer)
{
	const char *woken = getenv("WOKEN"), *slept_s = getenv("SLEPT_S");
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (woken != NULL && slept_s != NULL && access(woken, F_OK) == 0)
		now.tv_sec += strtol(slept_s, NULL, 10);
	if (timer != NULL)
		*timer = now.tv_sec;
	return now.tv_sec;
}
