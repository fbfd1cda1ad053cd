/* Which keys of a docker config kubelet uses for an image. */
#include "registry/keyring.h"

#include "test/unit/vectors.h"

#define CASES "53 cases of kubelet's keyring"

enum {
	URLS = 15,
	HITS = 16,
	MISSES = 6,
	ORDERS = 7,
	ECR = 9,
};

/* Go's documentation of filepath.Match, and url.Parse. */
static const struct rule {
	const char *name, *key, *image;
	bool is_for;
} rules[] = {
	{ "a question mark ends the host", "a?c.io", "abc.io/x", false },
	{ "what is before it is the host", "a.io?c", "a.io/x", true },
	{ "a class is one of its characters", "x[a-cx].io", "xx.io/y", true },
	{ "a class has a range", "x[a-cx].io", "xb.io/y", true },
	{ "a class has no others", "x[a-cx].io", "xd.io/y", false },
	{ "a class does not begin a host", "[a-cx].io", "x.io/y", false },
	{ "an open class matches nothing", "x[a.io", "xa.io/y", false },
	{ "an empty class matches nothing", "x[].io", "x].io/y", false },
	{ "half a range matches nothing", "x[a-].io", "xa.io/y", false },
	{ "a negated class is in no host", "x[^a].io", "xb.io/y", false },
	{ "a backslash is in no host", "a\\*.io", "a*.io/y", false },
	{ "a star may be nothing", "a*.io", "a.io/y", true },
	{ "several stars go back", "*a*b.io", "xaxabab.io/y", true },
	{ "a star does not cross a dot", "*.io", "a.b.io/y", false },
	{ "case counts", "A.io", "a.io/y", false },
	{ "an empty port is none", "a.io:", "a.io/y", true },
	{ "a port that is no number matches nothing", "a.io:b", "a.io:b/y",
	    false },
	{ "a port is not a glob", "a.io:*", "a.io:5000/y", false },
	{ "an IPv6 address with a port", "[::1]:5000", "[::1]:5000/y", true },
	{ "the scheme does not count", "http://a.io", "a.io/y", true },
	{ "the version does not count", "https://a.io/v2/y", "a.io/y", true },
	{ "a version without a slash is a path", "a.io/v2", "a.io/y", false },
	{ "a slash alone is no path", "a.io/", "a.io", true },
	{ "a longer path is not for a shorter one", "a.io/y/z", "a.io/y",
	    false },
};

static void
follows_the_rule(void **state)
{
	const struct rule *row = *state;

	assert_int_equal(keyring_has(row->key, row->image), row->is_for);
}

/* Each item's key is for its image, or not; by its "match" if it has one. */
static size_t
check_items(const struct cJSON *items, const char *key, const char *image,
    bool is_for)
{
	const struct cJSON *item = json_first(items);
	size_t n = 0;

	for (; item != NULL; item = json_next(item), n++) {
		const struct cJSON *match = json_get(item, "match");
		bool want = match == NULL ? is_for : json_is_true(match);

		if (keyring_has(vectors_text(item, key),
			vectors_text(item, image)) != want)
			fail_msg("%s, %s: not %d", vectors_text(item, key),
			    vectors_text(item, image), want);
	}
	return n;
}

static void
add_texts(const struct cJSON *items, struct list *list)
{
	const struct cJSON *item = json_first(items);

	for (; item != NULL; item = json_next(item))
		list_add(list, json_text(item));
}

static void
check_found(const struct list *keys, const struct cJSON *row)
{
	struct list want = { 0 }, got = { 0 };

	add_texts(json_get(row, "matched_keys_in_order"), &want);
	keyring_find(keys, vectors_text(row, "image"), &got);
	assert_int_equal(got.n, want.n);
	for (size_t i = 0; i < want.n; i++)
		assert_string_equal(got.items[i], want.items[i]);
	list_free(&got);
	list_free(&want);
}

/* The order in which they are given says nothing. */
static void
check_order(const struct cJSON *keys, const struct cJSON *row)
{
	struct list all = { 0 }, reversed = { 0 };

	add_texts(keys, &all);
	for (size_t i = all.n; i-- > 0;)
		list_add(&reversed, all.items[i]);
	check_found(&all, row);
	check_found(&reversed, row);
	list_free(&all);
	list_free(&reversed);
}

static void
kubelet_agrees(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *order, *row;
	size_t n = 0;

	(void)state;
	vectors_need();
	vectors = vectors_parse("kubernetes/keyring-match.json");
	assert_int_equal(check_items(json_get(vectors, "urls_match"), "glob",
			     "target", true),
	    URLS);
	assert_int_equal(check_items(json_get(vectors, "keyring_hit"), "key",
			     "image", true),
	    HITS);
	assert_int_equal(check_items(json_get(vectors, "keyring_miss"), "key",
			     "image", false),
	    MISSES);
	assert_int_equal(check_items(json_get(vectors, "ecr_examples"), "key",
			     "image", true),
	    ECR);
	order = json_get(vectors, "keyring_order");
	row = json_first(json_get(order, "cases"));
	for (; row != NULL; row = json_next(row), n++)
		check_order(json_get(order, "keys"), row);
	assert_int_equal(n, ORDERS);
	json_free(vectors);
}

int
main(void)
{
	struct unit unit = { 0 };

	UNIT_ADD_ROWS(&unit, rules, follows_the_rule);
	unit_add(&unit, "kubelet agrees on every case", kubelet_agrees, NULL);
	vectors_report(&unit, CASES);
	return unit_run(&unit, "keyring");
}
