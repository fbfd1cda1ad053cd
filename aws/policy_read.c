/* Resource policies: what they say. */
#include <fnmatch.h>
#include <string.h>

#include "aws/policy.h"
#include "base/arn.h"

const struct cJSON *
policy_first(const struct cJSON *policy)
{
	return json_first(json_get(policy, "Statement"));
}

void
policy_add_name(struct buf *out, const struct cJSON *policy,
    const struct cJSON *statement)
{
	const struct cJSON *other = policy_first(policy);
	const char *sid = json_get_text(statement, "Sid");
	size_t number = 1;

	for (; other != statement; other = json_next(other))
		number++;
	buf_add_str(out, "statement ");
	if (sid != NULL && sid[0] != '\0')
		buf_add_json(out, sid);
	else
		buf_addf(out, "%zu", number);
}

void
policy_add_texts(struct list *texts, const struct cJSON *value)
{
	const struct cJSON *element =
	    json_is_array(value) ? json_first(value) : NULL;

	if (json_text(value) != NULL)
		list_add(texts, json_text(value));
	for (; element != NULL; element = json_next(element))
		if (json_text(element) != NULL)
			list_add(texts, json_text(element));
}

/* --- Accounts ------------------------------------------------------------ */

const char *
policy_find_account(const char *text)
{
	bool is_number = strspn(text, "0123456789") == ARN_ACCOUNT_LEN &&
	    text[ARN_ACCOUNT_LEN] == '\0';

	return is_number ? text : arn_account(text);
}

/* The number, where the whole account is meant. */
static const char *
find_whole_account(const char *text)
{
	const char *account = policy_find_account(text);

	if (account == NULL || account == text ||
	    strcmp(account + ARN_ACCOUNT_LEN, ":root") == 0)
		return account;
	return NULL;
}

bool
policy_is_same_text(const char *a, const char *b)
{
	const char *of_a, *of_b;

	if (strcmp(a, b) == 0)
		return true;
	of_a = find_whole_account(a);
	of_b = find_whole_account(b);
	return of_a != NULL && of_b != NULL &&
	    strncmp(of_a, of_b, ARN_ACCOUNT_LEN) == 0;
}

/* --- Equal in meaning ---------------------------------------------------- */

static bool is_equal(const struct cJSON *a, const struct cJSON *b);

/* Has each of a's elements, or a itself, an equal in b, or is it b? */
static bool
is_within(const struct cJSON *a, const struct cJSON *b)
{
	bool is_list = json_is_array(a);
	const struct cJSON *element = is_list ? json_first(a) : a;

	for (; element != NULL; element = is_list ? json_next(element) : NULL) {
		const struct cJSON *other =
		    json_is_array(b) ? json_first(b) : b;

		while (other != NULL && !is_equal(element, other))
			other = json_is_array(b) ? json_next(other) : NULL;
		if (other == NULL)
			return false;
	}
	return true;
}

/* Has each of a's members an equal of that name in b? */
static bool
has_members(const struct cJSON *a, const struct cJSON *b)
{
	const struct cJSON *member = json_first(a);

	for (; member != NULL; member = json_next(member))
		if (!is_equal(member, json_get(b, json_name(member))))
			return false;
	return true;
}

/* {"AWS":"*"} is everybody, as is "*". */
static const struct cJSON *
unwrap_everybody(const struct cJSON *value)
{
	const struct cJSON *only = json_first(value);
	const char *text = json_get_text(value, "AWS");

	return json_is_object(value) && only != NULL &&
		json_next(only) == NULL && text != NULL &&
		strcmp(text, "*") == 0 ?
	    only :
	    value;
}

static bool
is_equal(const struct cJSON *a, const struct cJSON *b)
{
	a = unwrap_everybody(a);
	b = unwrap_everybody(b);
	if (a == NULL || b == NULL)
		return false;
	if (json_is_array(a) || json_is_array(b))
		return is_within(a, b) && is_within(b, a);
	if (json_is_object(a) && json_is_object(b))
		return has_members(a, b) && has_members(b, a);
	if (json_text(a) != NULL && json_text(b) != NULL)
		return policy_is_same_text(json_text(a), json_text(b));
	return json_is_equal(a, b);
}

bool
policy_is_equal(const struct cJSON *a, const struct cJSON *b)
{
	return (policy_is_empty(a) && policy_is_empty(b)) || is_equal(a, b);
}

/* --- Who may what -------------------------------------------------------- */

/* Is one of the value's patterns for the action? In any case, as IAM has it. */
static bool
matches(const struct cJSON *value, const char *action)
{
	struct list patterns = { 0 };
	struct buf wanted = { 0 };
	bool is_match = false;

	policy_add_texts(&patterns, value);
	buf_add_lower(&wanted, action, strlen(action));
	for (size_t i = 0; i < patterns.n && !is_match; i++) {
		struct buf pattern = { 0 };

		buf_add_lower(&pattern, patterns.items[i],
		    strlen(patterns.items[i]));
		is_match =
		    fnmatch(buf_str(&pattern), wanted.data, FNM_NOESCAPE) == 0;
		buf_free(&pattern);
	}
	list_free(&patterns);
	buf_free(&wanted);
	return is_match;
}

bool
policy_has_action(const struct cJSON *statement, const char *action)
{
	const struct cJSON *except = json_get(statement, "NotAction");

	if (except != NULL)
		return !matches(except, action);
	return matches(json_get(statement, "Action"), action);
}

/* Is "*", or anything of the account, among the value's principals? */
static bool
names_account(const struct cJSON *value, const char *account, bool is_whole)
{
	struct list names = { 0 };
	bool is_named = false;

	policy_add_texts(&names, value);
	policy_add_texts(&names, json_get(value, "AWS"));
	for (size_t i = 0; i < names.n && !is_named; i++) {
		const char *of = is_whole ? find_whole_account(names.items[i]) :
					    policy_find_account(names.items[i]);

		is_named = strcmp(names.items[i], "*") == 0 ||
		    (of != NULL && strncmp(of, account, ARN_ACCOUNT_LEN) == 0);
	}
	list_free(&names);
	return is_named;
}

const struct cJSON *
policy_find_denial(const struct cJSON *policy, const char *account,
    const char *action)
{
	const struct cJSON *statement = policy_first(policy);

	for (; statement != NULL; statement = json_next(statement)) {
		const struct cJSON *except =
		    json_get(statement, "NotPrincipal");
		const char *effect = json_get_text(statement, "Effect");
		bool is_account = except != NULL ?
		    !names_account(except, account, false) :
		    names_account(json_get(statement, "Principal"), account,
			true);

		if (is_account && strcmp(effect, "Deny") == 0 &&
		    json_get(statement, "Condition") == NULL &&
		    policy_has_action(statement, action))
			return statement;
	}
	return NULL;
}
