/* The copies of an image, by ECR's answer and by what the rules want. */
#include "cmd/replicate/copies.h"

#include "test/unit/unit.h"

#define STATUS(account, rest) \
	"{\"registryId\":\"" account "\",\"region\":\"eu-west-1\"" rest "}"
#define IN(account, state) STATUS(account, ",\"status\":\"" state "\"")

static const struct reading {
	const char *name, *statuses, *wanted, *want;
} readings[] = {
	{ "nothing is nothing", "", "", "" },
	{ "each status is a copy",
	    IN("1", "COMPLETE") "," IN("2", "IN_PROGRESS"), "",
	    "1/eu-west-1 complete;2/eu-west-1 in progress;" },
	{ "a failure has its code",
	    STATUS("1", ",\"status\":\"FAILED\",\"failureCode\":\"X\""), "",
	    "1/eu-west-1 failed X;" },
	{ "a status that we don't know is no end", IN("1", "QUEUED"), "",
	    "1/eu-west-1 in progress;" },
	{ "a status that is none is no end", STATUS("1", ""), "",
	    "1/eu-west-1 in progress;" },
	{ "our own word for a state is not ECR's", IN("1", "MISSING"), "",
	    "1/eu-west-1 in progress;" },
	{ "who it is may be left out", "{\"status\":\"COMPLETE\"}", "",
	    "?/? complete;" },
	{ "what is wanted and not there is missing", IN("1", "COMPLETE"),
	    "1/eu-west-1 2/eu-west-1",
	    "1/eu-west-1 complete;2/eu-west-1 not copied;" },
};

static void
add_copies(struct buf *out, const struct copies *copies)
{
	for (size_t i = 0; i < copies->n; i++)
		buf_addf(out, "%s %s%s%s;", copies->items[i].target,
		    copy_state_words(copies->items[i].state),
		    copies->items[i].failure != NULL ? " " : "",
		    copies->items[i].failure != NULL ?
			copies->items[i].failure :
			"");
}

static void
answer_is_read(void **state)
{
	const struct reading *row = *state;
	struct copies copies = { 0 };
	struct list wanted = { 0 };
	struct buf text = { 0 }, got = { 0 };
	struct cJSON *answer;

	buf_addf(&text, "{\"replicationStatuses\":[%s]}", row->statuses);
	answer = json_parse(text.data, text.len);
	assert_non_null(answer);
	list_split(&wanted, row->wanted, " ");
	copies_read(answer, &wanted, &copies);
	add_copies(&got, &copies);
	unit_check_text(&got, row->want);
	copies_free(&copies);
	list_free(&wanted);
	buf_free(&text);
	json_free(answer);
}

static void
missing_copies_are_expected(void **state)
{
	struct copies copies = { 0 };
	struct list wanted = { 0 };

	(void)state;
	list_split(&wanted, "1/x 2/x", " ");
	copies_read(NULL, &wanted, &copies);
	assert_int_equal(copies_count(&copies, COPY_MISSING), 2);
	assert_null(copies_find(&copies, COPY_IN_PROGRESS));
	copies_expect_missing(&copies);
	assert_int_equal(copies_count(&copies, COPY_IN_PROGRESS), 2);
	assert_string_equal(copies_find(&copies, COPY_IN_PROGRESS)->target,
	    "1/x");
	assert_null(copies_find(&copies, COPY_MISSING));
	copies_free(&copies);
	list_free(&wanted);
}

static const struct reason {
	const char *name, *code, *says;
} reasons[] = {
	{ "a refusal is one of the policy", "AccessDenied", "registry policy" },
	{ "a tag that may not move", "ImageTagImmutable", "immutable" },
	{ "a tag that is there", "ImageTagAlreadyExistsException",
	    "immutable" },
	{ "a quota", "LimitExceededException", "quota" },
	{ "a key", "KmsException", "key" },
	{ "a repository", "RepositoryNotFound", "ecr:CreateRepository" },
	{ "anything else", "Whatever", "ecr-secret replicate" },
	{ "no code", "", "ecr-secret replicate" },
};

static void
failure_is_explained(void **state)
{
	const struct reason *row = *state;
	struct buf got = { 0 };

	copy_explain_failure(row->code, &got);
	if (strstr(buf_str(&got), row->says) == NULL)
		fail_msg("%s", buf_str(&got));
	buf_free(&got);
}

int
main(void)
{
	static struct unit unit;

	mem_init();
	UNIT_ADD_ROWS(&unit, readings, answer_is_read);
	unit_add(&unit, "what is missing of a new image has not begun",
	    missing_copies_are_expected, NULL);
	UNIT_ADD_ROWS(&unit, reasons, failure_is_explained);
	return unit_run(&unit, "replicate_copies");
}
