/*
 * How far a long job is, for who watches it at a terminal: "412 of 10000
 * Secrets", on one line below all events, which is gone at the end. It shows
 * when many things have taken a while; in logs, never.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* All zeroes shows nothing. */
struct progress {
	const char *what; /* they are; borrowed */
	size_t done;
	size_t all;
	int64_t next_ms; /* when it is shown next */
};

void progress_begin(struct progress *progress, const char *what, size_t all);

/* One more is done. */
void progress_step(struct progress *progress);

/* Takes the line away. */
void progress_end(struct progress *progress);

#endif
