/*
 * Thousands of random configurations, with members that nobody knows: what a
 * merge and a removal leave alone. The seed is fixed, so that a failure comes
 * back.
 */
#include "aws/replication.h"

#include "base/json.h"
#include "test/unit/unit.h"

enum {
	ROUNDS = 4000,
	PARTS_MAX = 4,
};

static const char *const accounts[] = { "111111111111", "222222222222",
	"333333333333" };
static const char *const regions[] = { "eu-west-1", "us-east-1" };
static const char *const prefixes[] = { "team/", "base", "x-" };

#define PICK(table) table[below(sizeof(table) / sizeof((table)[0]))]

/* Marsaglia's xorshift: the same numbers everywhere. */
static size_t
below(size_t n)
{
	static uint32_t state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

/* Perhaps a member that nobody knows, with a comma in front or behind. */
static void
add_unknown(struct buf *out)
{
	static const char *const unknown[] = { "\"a\":1", "\"b\":[null,0.25]",
		"\"deleteReplication\":{\"enabled\":true}", "\"c\":\"\\u00e9\"",
		"\"d\":{\"rules\":[{\"destinations\":7}]}",
		"\"e\":9007199254740" };

	if (below(3) == 0)
		buf_addf(out, ",%s", PICK(unknown));
}

static void
add_destinations(struct buf *out)
{
	size_t n = 1 + below(PARTS_MAX - 1);

	for (size_t i = 0; i < n; i++) {
		buf_addf(out, "%s{\"region\":\"%s\",\"registryId\":\"%s\"",
		    i > 0 ? "," : "", PICK(regions), PICK(accounts));
		if (below(4) == 0)
			add_unknown(out);
		buf_add_str(out, "}");
	}
}

static void
add_filters(struct buf *out)
{
	static const char *const types[] = { "PREFIX_MATCH", "PREFIX_MATCH",
		"PREFIX_MATCH", "WILDCARD" };
	size_t n = below(PARTS_MAX);

	for (size_t i = 0; i < n; i++) {
		buf_addf(out, "%s{\"filter\":\"%s\",\"filterType\":\"%s\"",
		    i > 0 ? "," : "", PICK(prefixes), PICK(types));
		if (below(4) == 0)
			add_unknown(out);
		buf_add_str(out, "}");
	}
}

static struct cJSON *
make_configuration(void)
{
	struct buf text = { 0 };
	size_t n = below(PARTS_MAX);
	struct cJSON *json;

	buf_add_str(&text, "{\"rules\":[");
	for (size_t i = 0; i < n; i++) {
		buf_addf(&text, "%s{\"destinations\":[", i > 0 ? "," : "");
		add_destinations(&text);
		buf_add_str(&text, "]");
		if (below(3) > 0) {
			buf_add_str(&text, ",\"repositoryFilters\":[");
			add_filters(&text);
			buf_add_str(&text, "]");
		}
		add_unknown(&text);
		buf_add_str(&text, "}");
	}
	buf_add_str(&text, "]");
	add_unknown(&text);
	buf_add_str(&text, "}");
	json = json_parse_exact(text.data, text.len);
	assert_non_null(json);
	buf_free(&text);
	return json;
}

struct random_wish {
	struct replication_destination destinations[2];
	struct list prefixes;
	struct replication_wish wish;
};

static void
make_wish(struct random_wish *made)
{
	made->wish.destinations = made->destinations;
	made->wish.n = 1 + below(2);
	for (size_t i = 0; i < made->wish.n; i++)
		made->destinations[i] =
		    (struct replication_destination){ PICK(accounts),
			    PICK(regions) };
	for (size_t n = below(3); n > 0; n--)
		list_add(&made->prefixes, PICK(prefixes));
	made->wish.prefixes = &made->prefixes;
}

static bool
is_same(const struct cJSON *a, const struct cJSON *b)
{
	return replication_is_equal(a, b) && replication_is_equal(b, a);
}

/* Does a hold any of the wish? Asked of a copy, by taking it away. */
static bool
holds_some(const struct cJSON *configuration, const struct random_wish *made)
{
	struct cJSON *copy = json_copy(configuration);
	bool holds = replication_remove(copy, &made->wish);

	json_free(copy);
	return holds;
}

/* Each of the wish's destinations gets what is pushed to a prefix. */
static bool
holds_all(const struct cJSON *configuration, const struct random_wish *made)
{
	const char *repository =
	    made->prefixes.n > 0 ? made->prefixes.items[0] : "other";
	struct list targets = { 0 };
	bool holds = true;

	replication_find_targets(configuration, repository, &targets);
	for (size_t i = 0; i < made->wish.n; i++) {
		struct buf target = { 0 };

		buf_addf(&target, "%s/%s", made->destinations[i].account,
		    made->destinations[i].region);
		holds = holds && list_has(&targets, target.data);
		buf_free(&target);
	}
	list_free(&targets);
	return holds;
}

static void
random_configurations_survive(void **state)
{
	size_t undone = 0;

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		struct random_wish made = { 0 };
		struct cJSON *before = make_configuration();
		struct cJSON *json = json_copy(before), *once;
		struct err err = { 0 };
		bool held;

		make_wish(&made);
		held = holds_some(before, &made);
		assert_int_equal(replication_check(json, &err), 0);
		if (!replication_merge(json, &made.wish))
			assert_true(json_is_equal(json, before));
		assert_true(holds_all(json, &made));
		assert_int_equal(replication_check(json, &err), 0);
		once = json_copy(json);
		assert_false(replication_merge(json, &made.wish));
		assert_true(json_is_equal(json, once));
		assert_true(replication_remove(json, &made.wish));
		assert_false(holds_some(json, &made));
		if (!held) {
			assert_true(is_same(json, before));
			undone++;
		}
		json_free(once);
		json_free(json);
		json_free(before);
		list_free(&made.prefixes);
	}
	assert_true(undone > ROUNDS / 2);
}

int
main(void)
{
	static struct unit unit;

	mem_init();
	unit_add(&unit,
	    "a merge once is one twice, and a removal undoes it to the letter",
	    random_configurations_survive, NULL);
	return unit_run(&unit, "replication_random");
}
