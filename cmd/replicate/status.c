/* --status: is an image copied? With --wait, until it is. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "cmd/replicate/watch.h"

enum {
	PAUSE_MIN_MS = 500, /* between looks; doubled each time, */
	PAUSE_MAX_MS = 15000,
};

static void
print_copy(const struct watch *watch, const struct copy *copy)
{
	struct buf reason = { 0 };

	watch_explain(watch, copy, &reason);
	(void)printf("%s -> %s: %s%s%s\n", watch->text, copy->target,
	    copy_state_words(copy->state), reason.len > 0 ? ": " : "",
	    buf_str(&reason));
	buf_free(&reason);
}

static struct cJSON *
describe_copy(const struct watch *watch, const struct copy *copy)
{
	struct cJSON *state = json_new_object();
	struct buf reason = { 0 };
	size_t len = strcspn(copy->target, "/");
	char *account = xstrndup(copy->target, len);

	watch_explain(watch, copy, &reason);
	json_add_text(state, "image", watch->text);
	json_add_text(state, "registryId", account);
	json_add_text(state, "region", copy->target + len + 1);
	json_add_text(state, "status", copy_state_name(copy->state));
	if (copy->failure != NULL)
		json_add_text(state, "failureCode", copy->failure);
	if (reason.len > 0)
		json_add_text(state, "reason", reason.data);
	buf_free(&reason);
	mem_free(account);
	return state;
}

static void
print_all(const struct run *run, const struct watch *watches, size_t n)
{
	struct cJSON *list = json_new_array();
	struct buf text = { 0 };

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < watches[i].copies.n; j++) {
			const struct copy *copy = &watches[i].copies.items[j];

			if (run->options->is_json_output)
				json_append(list,
				    describe_copy(&watches[i], copy));
			else
				print_copy(&watches[i], copy);
		}
	if (run->options->is_json_output) {
		json_add_to(&text, list);
		(void)printf("%s\n", text.data);
	}
	buf_free(&text);
	json_free(list);
}

/* --- Waiting ------------------------------------------------------------------ */

static int
set_error(const struct watch *watch, const struct copy *copy,
    enum err_kind kind, struct err *err)
{
	struct buf reason = { 0 };

	watch_explain(watch, copy, &reason);
	(void)err_set(err, kind, "%s -> %s: %s", watch->text, copy->target,
	    copy_state_words(copy->state));
	if (reason.len > 0)
		err_hint(err, "%s", reason.data);
	buf_free(&reason);
	return -1;
}

/* What can't become good any more. */
static int
check_lost(const struct watch *watch, struct err *err)
{
	static const enum copy_state lost[] = { COPY_FAILED, COPY_MISSING };

	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		const struct copy *copy = copies_find(&watch->copies, lost[i]);

		if (copy != NULL)
			return set_error(watch, copy, ERR_REFUSED, err);
	}
	if (watch->copies.n > 0)
		return 0;
	(void)err_set(err, ERR_REFUSED, "%s: ECR knows of no copy of it",
	    watch->text);
	if (watch->configuration != NULL)
		err_hint(err,
		    "no rule of %s/%s is for its repository: ecr-secret "
		    "replicate --to ... --prefix %s",
		    watch->account, watch->region,
		    watch->image.image.repository);
	return -1;
}

static int
check_all(const struct watch *watches, size_t n, bool *is_done, struct err *err)
{
	*is_done = true;
	for (size_t i = 0; i < n; i++) {
		if (check_lost(&watches[i], err) < 0)
			return -1;
		if (copies_find(&watches[i].copies, COPY_IN_PROGRESS) != NULL)
			*is_done = false;
	}
	return 0;
}

/* Not yet complete at the end of the wait. */
static int
set_late(const struct run *run, const struct watch *watches, size_t n,
    struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct copy *copy =
		    copies_find(&watches[i].copies, COPY_IN_PROGRESS);

		if (copy == NULL)
			continue;
		(void)set_error(&watches[i], copy, ERR_RETRY, err);
		break;
	}
	if (run->options->wait_ms > 0)
		err_hint(err, "the wait of %g s is over",
		    (double)run->options->wait_ms / 1000);
	else
		err_hint(err, "--wait 10m waits for it");
	return -1;
}

static void
show_progress(const struct run *run, const struct watch *watches, size_t n)
{
	size_t all = 0, complete = 0;
	struct buf line = { 0 };

	if (run->options->is_quiet || run->options->is_json_log)
		return;
	for (size_t i = 0; i < n; i++) {
		all += watches[i].copies.n;
		complete += copies_count(&watches[i].copies, COPY_COMPLETE);
	}
	buf_addf(&line, "%zu of %zu copies complete, %lld s left", complete,
	    all, (long long)(run->ends_ms - clock_monotonic_ms()) / 1000);
	terminal_show_progress(line.data);
	buf_free(&line);
}

/*
 * One round; what is complete is not asked for again. While there is time,
 * trouble on the way there is no end.
 */
static int
look_at_all(struct run *run, struct watch *watches, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct watch *watch = &watches[i];

		if (watch->copies.n > 0 &&
		    copies_count(&watch->copies, COPY_COMPLETE) ==
			watch->copies.n)
			continue;
		if (watch_look(watch, run, err) == 0)
			continue;
		if (err->kind != ERR_RETRY || watch->copies.n == 0 ||
		    clock_monotonic_ms() >= run->ends_ms)
			return -1;
		*err = (struct err){ 0 };
	}
	return 0;
}

/* Full jitter, as between attempts, but never past the end. */
static void
pause_between(const struct run *run, int64_t bound_ms)
{
	int64_t left_ms = run->ends_ms - clock_monotonic_ms();
	int64_t ms =
	    bound_ms / 2 + (int64_t)digest_random((unsigned long)bound_ms / 2);

	clock_sleep_ms(ms < left_ms ? ms : left_ms);
}

static int
wait_for_all(struct run *run, struct watch *watches, size_t n, struct err *err)
{
	int64_t bound_ms = PAUSE_MIN_MS;
	bool is_done = false;
	int rc;

	while ((rc = look_at_all(run, watches, n, err)) == 0 &&
	    (rc = check_all(watches, n, &is_done, err)) == 0 && !is_done &&
	    clock_monotonic_ms() < run->ends_ms) {
		show_progress(run, watches, n);
		pause_between(run, bound_ms);
		bound_ms =
		    bound_ms * 2 < PAUSE_MAX_MS ? bound_ms * 2 : PAUSE_MAX_MS;
	}
	terminal_show_progress("");
	if (rc == 0 && !is_done)
		rc = set_late(run, watches, n, err);
	return rc;
}

int
run_show_status(struct run *run, struct err *err)
{
	const struct options *options = run->options;
	size_t n = options->statuses.n;
	struct watch *watches = xcalloc(n, sizeof(*watches));
	int rc =
	    side_open(&run->source, options, &options->source, run->http, err);

	for (size_t i = 0; i < n && rc == 0; i++)
		watch_open(&watches[i], options->statuses.items[i], run);
	if (rc == 0) {
		rc = wait_for_all(run, watches, n, err);
		print_all(run, watches, n);
	}
	for (size_t i = 0; i < n; i++)
		watch_close(&watches[i]);
	mem_free(watches);
	return rc;
}
