/* What a document holds of a wish, before AWS was asked for anything. */
#include "registry/docker_config.h"

#include "base/digest.h"
#include "test/unit/unit.h"

#define REGION "eu-west-1"
#define OURS "111111111111.dkr.ecr.eu-west-1.amazonaws.com"
#define FIPS "111111111111.dkr.ecr-fips.eu-west-1.amazonaws.com"
#define DUAL "111111111111.dkr-ecr.eu-west-1.on.aws"
#define DUAL_FIPS "111111111111.dkr-ecr-fips.eu-west-1.on.aws"
#define SECOND "222222222222.dkr.ecr.eu-west-1.amazonaws.com"
#define EAST "111111111111.dkr.ecr.us-east-1.amazonaws.com"

/* The entries stand in auths as NAME: PASSWORD, which is "" or an expiry. */
#define DOCUMENT_MAX 4

static const struct held_case {
	const char *name;
	struct {
		const char *key;
		long expires_at; /* 0: a password that doesn't tell */
	} entries[DOCUMENT_MAX];
	const char *wanted; /* NULL: the caller's own, of REGION */
	bool has_all_names;
	enum docker_others others;
	bool is_as_wanted, has_others;
	long expires_at;
	bool has_unknown_expiry;
} held_cases[] = {
	{ "the wanted one is held", { { OURS, 2000 } }, OURS, false,
	    DOCKER_REFUSE, true, false, 2000, false },
	{ "one that doesn't tell is held, but who knows how long",
	    { { OURS, 0 } }, OURS, false, DOCKER_REFUSE, true, false, 0, true },
	{ "the wanted one is not there", { { EAST, 2000 } }, OURS, false,
	    DOCKER_REFUSE, false, true, 2000, false },
	{ "an old spelling is to be mended", { { "https://" OURS, 2000 } },
	    OURS, false, DOCKER_REFUSE, false, false, 2000, false },
	{ "two spellings are to be mended",
	    { { OURS, 2000 }, { OURS "/", 3000 } }, OURS, false, DOCKER_REFUSE,
	    false, false, 2000, false },
	{ "one too many is refused", { { OURS, 2000 }, { "h.example", 0 } },
	    OURS, false, DOCKER_REFUSE, false, true, 2000, false },
	{ "one too many is dropped", { { OURS, 2000 }, { "h.example", 0 } },
	    OURS, false, DOCKER_DROP, false, true, 2000, false },
	{ "one more is kept, whatever its end",
	    { { OURS, 2000 }, { "h.example", 0 } }, OURS, false, DOCKER_KEEP,
	    true, true, 2000, false },
	{ "one more of ECR's is kept, and counts",
	    { { OURS, 2000 }, { EAST, 1000 } }, OURS, false, DOCKER_KEEP, true,
	    true, 1000, false },
	{ "the caller's own is the only one of its region", { { OURS, 2000 } },
	    NULL, false, DOCKER_REFUSE, true, false, 2000, false },
	{ "it is not one of another region", { { EAST, 2000 } }, NULL, false,
	    DOCKER_KEEP, false, true, 2000, false },
	{ "it is not known of two", { { OURS, 2000 }, { SECOND, 2000 } }, NULL,
	    false, DOCKER_KEEP, false, true, 2000, false },
	{ "it is not another name of a registry", { { DUAL, 2000 } }, NULL,
	    false, DOCKER_KEEP, false, true, 2000, false },
	{ "it is not a mirror", { { "mirror.example", 2000 } }, NULL, false,
	    DOCKER_KEEP, false, true, 0, false },
	{ "all of its names are held",
	    { { OURS, 2000 }, { FIPS, 2000 }, { DUAL, 2000 },
		{ DUAL_FIPS, 1900 } },
	    NULL, true, DOCKER_REFUSE, true, false, 1900, false },
	{ "one of its names is missing",
	    { { OURS, 2000 }, { FIPS, 2000 }, { DUAL, 2000 } }, NULL, true,
	    DOCKER_REFUSE, false, false, 2000, false },
	{ "an empty document holds nothing", { { NULL } }, NULL, false,
	    DOCKER_REFUSE, false, false, 0, false },
};

static void
add_entry(struct buf *document, const char *key, long expires_at)
{
	struct buf json = { 0 }, pair = { 0 };

	buf_addf(&json, "{\"expiration\":%ld}", expires_at);
	buf_add_str(&pair, "AWS:");
	if (expires_at == 0)
		buf_add_str(&pair, "opaque");
	else
		digest_add_base64(&pair, json.data, json.len);
	buf_addf(document, "%s\"%s\":{\"auth\":\"",
	    document->data[document->len - 1] == '{' ? "" : ",", key);
	digest_add_base64(document, pair.data, pair.len);
	buf_add_str(document, "\"}");
	buf_free(&json);
	buf_free(&pair);
}

static void
document_is_looked_at(void **state)
{
	const struct held_case *row = *state;
	const struct docker_entry entry = { .host = row->wanted };
	struct docker_held held = { 0 };
	struct buf text = { 0 };
	struct docker_wish wish = {
		.entries = &entry,
		.entries_n = 1,
		.others = row->others,
		.has_all_names = row->has_all_names,
	};
	size_t n = 0;

	buf_add_str(&text, "{\"auths\":{");
	for (; n < DOCUMENT_MAX && row->entries[n].key != NULL; n++)
		add_entry(&text, row->entries[n].key,
		    row->entries[n].expires_at);
	buf_add_str(&text, "}}");
	wish.old = text.data;
	wish.old_len = text.len;
	docker_config_look(&wish, REGION, &held);
	assert_int_equal(held.is_as_wanted, row->is_as_wanted);
	assert_int_equal(held.has_others, row->has_others);
	assert_int_equal(held.expires_at, row->expires_at);
	assert_int_equal(held.has_unknown_expiry, row->has_unknown_expiry);
	assert_int_equal(held.registries, n);
	buf_free(&text);
}

static const struct odd_case {
	const char *name, *text;
	bool has_others; /* else it may be written over unseen */
} odd_cases[] = {
	{ "no document is nobody's", "", false },
	{ "an empty object is nobody's", "{}", false },
	{ "null registries are nobody's", "{\"auths\":null}", false },
	{ "what is no JSON is somebody's", "*", true },
	{ "an array is somebody's", "[]", true },
	{ "registries of a wrong type are somebody's", "{\"auths\":[]}", true },
	{ "registries that are there twice are somebody's",
	    "{\"auths\":{},\"auths\":{}}", true },
	{ "a number that can't be carried over is somebody's",
	    "{\"auths\":{},\"n\":9007199254740993}", true },
	{ "a helper is somebody's", "{\"credHelpers\":{}}", true },
	{ "a path under our host is somebody's",
	    "{\"auths\":{\"" OURS "/team\":{\"auth\":\"eDp5\"}}}", true },
	{ "our entry without a user AWS is ours to mend",
	    "{\"auths\":{\"" OURS "\":{\"auth\":\"eDp5\"}}}", false },
	{ "our entry of a wrong type is ours to mend",
	    "{\"auths\":{\"" OURS "\":7}}", false },
	{ "so is one with a member that kubelet can't read",
	    "{\"auths\":{\"" OURS "\":{\"auth\":\"QVdTOng=\",\"email\":7}}}",
	    false },
	{ "and one whose auth it can't read",
	    "{\"auths\":{\"" OURS "\":{\"auth\":\"QVdTOv__\"}}}", false },
};

static void
odd_document_is_never_fresh(void **state)
{
	const struct odd_case *row = *state;
	const struct docker_entry entry = { .host = OURS };
	const struct docker_wish wish = {
		.old = row->text,
		.old_len = strlen(row->text),
		.entries = &entry,
		.entries_n = 1,
	};
	struct docker_held held = { 0 };

	docker_config_look(&wish, REGION, &held);
	assert_false(held.is_as_wanted);
	assert_int_equal(held.has_others, row->has_others);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, held_cases, document_is_looked_at);
	UNIT_ADD_ROWS(&unit, odd_cases, odd_document_is_never_fresh);
	return unit_run(&unit, "docker_held");
}
