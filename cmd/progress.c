/* How far a long job is, for who watches it at a terminal. */
#include "cmd/progress.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/terminal.h"

enum {
	MANY = 10,          /* the end of fewer is in sight anyway, */
	PATIENCE_MS = 1000, /* and so it is within a second */
	PAUSE_MS = 200,     /* faster than that nobody reads */
};

void
progress_begin(struct progress *progress, const char *what, size_t all)
{
	*progress = (struct progress){ 0 };
	if (all < MANY || !log_is_for_people())
		return;
	progress->what = what;
	progress->all = all;
	progress->next_ms = clock_monotonic_ms() + PATIENCE_MS;
}

void
progress_step(struct progress *progress)
{
	struct buf line = { 0 };
	int64_t now_ms;

	if (progress->what == NULL)
		return;
	progress->done++;
	now_ms = clock_monotonic_ms();
	if (now_ms < progress->next_ms)
		return;
	progress->next_ms = now_ms + PAUSE_MS;
	buf_addf(&line, "%zu of %zu %s", progress->done, progress->all,
	    progress->what);
	terminal_show_progress(line.data);
	buf_free(&line);
}

void
progress_end(struct progress *progress)
{
	terminal_show_progress("");
	*progress = (struct progress){ 0 };
}
