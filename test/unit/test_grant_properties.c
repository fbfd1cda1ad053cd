/*
 * Random policies, with members that nobody knows: what grant merges in comes
 * out again without a trace, and merging twice is as good as once. Compared
 * value by value, in order, by the JSON library and not by our own judgement.
 */
#include "aws/policy.h"
#include "cmd/grant/wish.h"

#include "test/unit/unit.h"

enum {
	ROUNDS = 4000,
	DEPTH_MAX = 4,
};

static uint64_t state = 88172645463325252U;

/* Marsaglia's xorshift: the same numbers in each run. */
static unsigned
pick(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % n;
}

static void
add_random_text(struct buf *out)
{
	static const char *const parts[] = { "a", "ecr:", "*", "\\u00e9",
		"\\\"", "\\\\", "\\n", "é", "😀", "\\ud83d\\ude00", "/", " ",
		"arn:aws:iam::111111111111:root", "111111111111", "?",
		"\\u0001" };

	buf_add_str(out, "\"");
	for (unsigned n = pick(4); n > 0; n--)
		buf_add_str(out, parts[pick(sizeof(parts) / sizeof(*parts))]);
	buf_add_str(out, "\"");
}

static void
add_random_value(struct buf *out, int depth)
{
	static const char *const scalars[] = { "null", "true", "false", "0",
		"-1", "1.5", "999999999999999", "-0.001", "1e20", "[]", "{}" };
	unsigned kind = pick(depth < DEPTH_MAX ? 4 : 2), n = pick(4);

	if (kind == 0)
		add_random_text(out);
	else if (kind == 1)
		buf_add_str(out,
		    scalars[pick(sizeof(scalars) / sizeof(*scalars))]);
	else
		buf_add_str(out, kind == 2 ? "[" : "{");
	for (unsigned i = 0; kind > 1 && i < n; i++) {
		buf_add_str(out, i > 0 ? " ,\n" : " ");
		if (kind == 3)
			buf_addf(out, "\"Member%u\" : ", i);
		add_random_value(out, depth + 1);
	}
	if (kind > 1)
		buf_add_str(out, kind == 2 ? "]" : "}");
}

/* Somebody else's: its Sid is none of ours, its principals may be the same. */
static void
add_random_statement(struct buf *out)
{
	static const char *const members[] = { "Principal", "NotPrincipal",
		"Action", "Resource", "Condition", "Future" };

	buf_add_str(out, "{");
	if (pick(2) == 0)
		buf_addf(out, "\"Sid\":\"%s%u\",",
		    pick(2) == 0 ? "ecrsecretpull" : "EcrSecretPull ",
		    pick(1000));
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		if (pick(3) == 0)
			continue;
		buf_addf(out, "\"%s\":", members[i]);
		add_random_value(out, 1);
		buf_add_str(out, ",");
	}
	buf_addf(out, "\"Effect\":\"%s\"}", pick(2) == 0 ? "Allow" : "Deny");
}

static void
add_random_policy(struct buf *out)
{
	unsigned n = pick(4);

	buf_add_str(out, "{");
	if (pick(2) == 0)
		buf_add_str(out, "\"Version\":\"2008-10-17\",");
	if (pick(2) == 0) {
		buf_add_str(out, "\"Unknown\":");
		add_random_value(out, 0);
		buf_add_str(out, ",");
	}
	buf_add_str(out, "\"Statement\":");
	if (pick(4) == 0) {
		add_random_statement(out);
	} else {
		buf_add_str(out, "[");
		for (unsigned i = 0; i < n; i++) {
			buf_add_str(out, i > 0 ? "," : "");
			add_random_statement(out);
		}
		buf_add_str(out, "]");
	}
	if (pick(2) == 0) {
		buf_add_str(out, ",\"Id\":");
		add_random_text(out);
	}
	buf_add_str(out, "}");
}

static void
make_random_wish(struct grant_wish *wish)
{
	unsigned n = pick(3);

	wish->has_push = pick(2) == 0;
	for (unsigned i = 0; i <= n; i++)
		if (pick(3) == 0)
			list_addf(&wish->organisations, "o-%u", pick(3));
		else
			list_addf(&wish->principals,
			    "arn:aws:iam::%u11111111111:root", pick(3));
}

static struct cJSON *
parse(const struct buf *text)
{
	struct cJSON *policy = NULL;
	struct err err = { 0 };

	if (policy_parse(text->data, text->len, &policy, &err) < 0)
		fail_msg("%s: %s", err.text, text->data);
	return policy;
}

static void
apply(struct grant_wish *wish, bool is_removal, struct cJSON *policy)
{
	struct err err = { 0 };

	wish->is_removal = is_removal;
	assert_int_equal(grant_wish_apply(wish, policy, &err), 0);
}

/* Written and read again: is it the same? */
static void
check_text(const struct cJSON *policy)
{
	struct buf text = { 0 };
	struct cJSON *again;

	json_add_to(&text, policy);
	again = parse(&text);
	assert_true(json_is_equal(again, policy));
	json_free(again);
	buf_free(&text);
}

/* The document before is found in the one after, at the same places. */
static void
check_rest(const struct cJSON *before, const struct cJSON *after)
{
	const struct cJSON *a = policy_first(before), *b = policy_first(after);
	const struct cJSON *member = json_first(before);

	for (; a != NULL; a = json_next(a), b = json_next(b))
		assert_true(json_is_equal(a, b));
	for (; member != NULL; member = json_next(member))
		if (strcmp(json_name(member), "Statement") != 0)
			assert_true(json_is_equal(member,
			    json_get(after, json_name(member))));
}

static void
what_is_merged_comes_out_again(void **unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		struct grant_wish wish = { 0 }, all = { 0 };
		struct cJSON *before, *once, *twice;
		struct buf text = { 0 };

		add_random_policy(&text);
		make_random_wish(&wish);
		before = parse(&text);
		once = json_copy(before);
		apply(&wish, false, once);
		assert_false(json_is_equal(before, once));
		assert_false(policy_is_equal(before, once));
		check_rest(before, once);
		check_text(once);
		twice = json_copy(once);
		apply(&wish, false, twice);
		assert_true(json_is_equal(once, twice));
		apply(&wish, true, once);
		assert_true(json_is_equal(before, once));
		assert_true(policy_is_equal(before, once));
		apply(&all, true, twice);
		assert_true(json_is_equal(before, twice));
		json_free(before);
		json_free(once);
		json_free(twice);
		grant_wish_free(&wish);
		buf_free(&text);
	}
}

/* Two grants, one taken away again, leave what the other one gave. */
static void
one_of_two_is_taken_away(void **unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		struct grant_wish first = { 0 }, second = { 0 };
		struct cJSON *one, *both;
		struct buf text = { 0 };

		add_random_policy(&text);
		list_add(&first.principals, "arn:aws:iam::111111111111:root");
		list_add(&first.organisations, "o-1");
		if (pick(2) == 0)
			list_add(&second.principals, "222222222222");
		else
			list_add(&second.organisations, "o-2");
		first.has_push = second.has_push = pick(2) == 0;
		one = parse(&text);
		apply(&first, false, one);
		both = json_copy(one);
		apply(&second, false, both);
		assert_false(policy_is_equal(one, both));
		apply(&second, true, both);
		assert_true(json_is_equal(one, both));
		json_free(one);
		json_free(both);
		grant_wish_free(&first);
		grant_wish_free(&second);
		buf_free(&text);
	}
}

/* A number anywhere in a policy, one digit longer than it may be. */
static void
numbers_are_refused_not_rounded(void **unused)
{
	size_t refused = 0;

	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		struct buf text = { 0 }, spoilt = { 0 };
		struct cJSON *policy = NULL;
		struct err err = { 0 };
		const char *at;

		add_random_policy(&text);
		at = strstr(text.data, "999999999999999");
		if (at != NULL) {
			buf_add(&spoilt, text.data, (size_t)(at - text.data));
			buf_addf(&spoilt, "9%s", at);
			assert_int_equal(policy_parse(spoilt.data, spoilt.len,
					     &policy, &err),
			    -1);
			assert_int_equal(err.kind, ERR_REFUSED);
			assert_non_null(strstr(err.text, "rounded"));
			refused++;
		}
		buf_free(&text);
		buf_free(&spoilt);
	}
	assert_true(refused > ROUNDS / 10);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit, "what is merged comes out again",
	    what_is_merged_comes_out_again, NULL);
	unit_add(&unit, "one of two is taken away", one_of_two_is_taken_away,
	    NULL);
	unit_add(&unit, "numbers are refused, not rounded",
	    numbers_are_refused_not_rounded, NULL);
	return unit_run(&unit, "grant_properties");
}
