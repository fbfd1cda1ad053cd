/* The copies of an image; see copies.h. */
#include "cmd/replicate/copies.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"

static const struct {
	const char *words, *name;
} states[] = {
	[COPY_COMPLETE] = { "complete", "COMPLETE" },
	[COPY_IN_PROGRESS] = { "in progress", "IN_PROGRESS" },
	[COPY_FAILED] = { "failed", "FAILED" },
	[COPY_MISSING] = { "not copied", "MISSING" },
};

enum {
	STATES_N = sizeof(states) / sizeof(states[0]),
};

_Static_assert(STATES_N == COPY_MISSING + 1, "a state has no words");

const char *
copy_state_words(enum copy_state state)
{
	return states[state].words;
}

const char *
copy_state_name(enum copy_state state)
{
	return states[state].name;
}

/* A status that is newer than we are is no end. */
static enum copy_state
read_state(const struct cJSON *status)
{
	const char *name = json_get_text(status, "status");

	for (size_t i = 0; name != NULL && i < COPY_MISSING; i++)
		if (strcmp(states[i].name, name) == 0)
			return (enum copy_state)i;
	return COPY_IN_PROGRESS;
}

static struct copy *
add_copy(struct copies *copies)
{
	copies->items =
	    xrealloc(copies->items, (copies->n + 1) * sizeof(*copies->items));
	copies->items[copies->n] = (struct copy){ 0 };
	return &copies->items[copies->n++];
}

static bool
has_target(const struct copies *copies, const char *target)
{
	for (size_t i = 0; i < copies->n; i++)
		if (strcmp(copies->items[i].target, target) == 0)
			return true;
	return false;
}

void
copies_read(const struct cJSON *answer, const struct list *wanted,
    struct copies *copies)
{
	const struct cJSON *status =
	    json_first(json_get(answer, "replicationStatuses"));

	for (; status != NULL; status = json_next(status)) {
		const char *account = json_get_text(status, "registryId");
		const char *region = json_get_text(status, "region");
		const char *failure = json_get_text(status, "failureCode");
		struct copy *copy = add_copy(copies);
		struct buf target = { 0 };

		buf_addf(&target, "%.12s/%.63s",
		    account != NULL ? account : "?",
		    region != NULL ? region : "?");
		copy->target = buf_take(&target);
		copy->state = read_state(status);
		copy->failure = xstrdup(failure);
	}
	for (size_t i = 0; i < wanted->n; i++) {
		struct copy *copy;

		if (has_target(copies, wanted->items[i]))
			continue;
		copy = add_copy(copies);
		copy->target = xstrdup(wanted->items[i]);
		copy->state = COPY_MISSING;
	}
}

void
copies_expect_missing(struct copies *copies)
{
	for (size_t i = 0; i < copies->n; i++)
		if (copies->items[i].state == COPY_MISSING)
			copies->items[i].state = COPY_IN_PROGRESS;
}

const struct copy *
copies_find(const struct copies *copies, enum copy_state state)
{
	for (size_t i = 0; i < copies->n; i++)
		if (copies->items[i].state == state)
			return &copies->items[i];
	return NULL;
}

size_t
copies_count(const struct copies *copies, enum copy_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < copies->n; i++)
		n += copies->items[i].state == state;
	return n;
}

/* ECR documents no list of codes: a word in one says what it is about. */
void
copy_explain_failure(const char *code, struct buf *out)
{
	static const struct {
		const char *word, *text;
	} reasons[] = {
		{ "Access",
		    "the destination's registry policy, or a policy of the "
		    "organisation, does not let the source in: ecr-secret "
		    "replicate --from, as that account" },
		{ "Immutable",
		    "the tag is there already, and tags are immutable there" },
		{ "TagAlreadyExists",
		    "the tag is there already, and tags are immutable there" },
		{ "Limit",
		    "a quota of the destination is used up: repositories, or "
		    "images in one" },
		{ "Kms",
		    "the key that encrypts the repository there can't be "
		    "used: its policy, or the key itself" },
		{ "KMS",
		    "the key that encrypts the repository there can't be "
		    "used: its policy, or the key itself" },
		{ "Repository",
		    "the repository there is missing and can't be created: "
		    "the source needs ecr:CreateRepository in the registry "
		    "policy, or its creation template is at fault" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strstr(code, reasons[i].word) != NULL) {
			buf_add_str(out, reasons[i].text);
			return;
		}
	buf_add_str(out,
	    "what the destination lacks: ecr-secret replicate with "
	    "credentials for both sides; then push it again");
}

void
copies_free(struct copies *copies)
{
	for (size_t i = 0; i < copies->n; i++) {
		mem_free(copies->items[i].target);
		mem_free(copies->items[i].failure);
	}
	mem_free(copies->items);
	*copies = (struct copies){ 0 };
}
