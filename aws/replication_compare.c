/* Are two replication configurations the same? */
#include "aws/replication_parts.h"

/* Finds each of a's elements once in b's, by what makes two of them equal. */
static bool
is_same_set(const struct cJSON *a, const struct cJSON *b,
    bool (*is_same)(const struct cJSON *a, const struct cJSON *b))
{
	struct cJSON *left = json_copy(b);
	const struct cJSON *element = json_first(a);
	bool is_equal;

	for (; element != NULL; element = json_next(element)) {
		struct cJSON *found = json_first(left);

		while (found != NULL && !is_same(element, found))
			found = json_next(found);
		if (found == NULL)
			break;
		json_free(json_take(left, found));
	}
	is_equal = element == NULL && json_first(left) == NULL;
	json_free(left);
	return is_equal;
}

static void
drop_known(struct cJSON *rule)
{
	struct cJSON *member = json_first(rule), *next;

	for (; member != NULL; member = next) {
		next = json_next(member);
		if (replication_is_known(member))
			json_free(json_take(rule, member));
	}
}

/* But for the two lists, which are sets. */
static bool
has_same_rest(const struct cJSON *a, const struct cJSON *b)
{
	struct cJSON *rest_a = json_copy(a), *rest_b = json_copy(b);
	bool is_equal;

	drop_known(rest_a);
	drop_known(rest_b);
	is_equal = json_is_equal(rest_a, rest_b);
	json_free(rest_a);
	json_free(rest_b);
	return is_equal;
}

static bool
is_same_rule(const struct cJSON *a, const struct cJSON *b)
{
	return has_same_rest(a, b) &&
	    is_same_set(replication_destinations(a),
		replication_destinations(b), json_is_equal) &&
	    is_same_set(replication_filters(a), replication_filters(b),
		json_is_equal);
}

bool
replication_is_equal(const struct cJSON *a, const struct cJSON *b)
{
	struct cJSON *rest_a = json_copy(a), *rest_b = json_copy(b);
	bool is_equal;

	json_remove(rest_a, "rules");
	json_remove(rest_b, "rules");
	is_equal = json_is_equal(rest_a, rest_b) &&
	    is_same_set(replication_rules(a), replication_rules(b),
		is_same_rule);
	json_free(rest_a);
	json_free(rest_b);
	return is_equal;
}
