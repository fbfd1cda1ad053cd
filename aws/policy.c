/* Resource policies: reading, merging, writing. */
#include "aws/policy.h"

#include <string.h>

struct cJSON *
policy_new(void)
{
	struct cJSON *policy = json_new_object();

	json_add_text(policy, "Version", "2012-10-17");
	json_add(policy, "Statement", json_new_array());
	return policy;
}

/* --- Reading ------------------------------------------------------------- */

/* Of members of the same name only one would be seen. */
static const char *
find_double(const struct cJSON *value)
{
	const struct cJSON *member = json_first(value);
	const char *name = NULL;

	for (; member != NULL && name == NULL; member = json_next(member)) {
		const struct cJSON *other = json_next(member);

		for (; json_is_object(value) && other != NULL && name == NULL;
		    other = json_next(other))
			if (strcmp(json_name(member), json_name(other)) == 0)
				name = json_name(member);
		if (name == NULL)
			name = find_double(member);
	}
	return name;
}

static const char *
find_statement_fault(const struct cJSON *statement)
{
	const struct cJSON *sid = json_get(statement, "Sid");
	const char *effect = json_get_text(statement, "Effect");

	if (!json_is_object(statement))
		return "is not an object";
	if (sid != NULL && json_text(sid) == NULL)
		return "has a Sid that is not text";
	if (effect == NULL ||
	    (strcmp(effect, "Allow") != 0 && strcmp(effect, "Deny") != 0))
		return "has an Effect that is neither Allow nor Deny";
	return NULL;
}

/* A single statement becomes an array of it. */
static int
check(struct cJSON *policy, struct err *err)
{
	struct cJSON *statement = json_get(policy, "Statement");
	const char *name = find_double(policy);
	struct cJSON *list;

	if (!json_is_object(policy))
		return err_set(err, ERR_REFUSED,
		    "the policy is not a JSON object");
	if (name != NULL)
		return err_set(err, ERR_REFUSED,
		    "the policy has two members %.100s side by side", name);
	if (json_is_object(statement)) {
		list = json_new_array();
		json_append(list, json_copy(statement));
		json_add(policy, "Statement", list);
	} else if (!json_is_array(statement)) {
		return err_set(err, ERR_REFUSED,
		    "the policy's Statement is not a statement, nor a list");
	}
	statement = json_first(json_get(policy, "Statement"));
	for (size_t i = 1; statement != NULL; statement = json_next(statement))
		if ((name = find_statement_fault(statement)) != NULL)
			return err_set(err, ERR_REFUSED,
			    "statement %zu of the policy %s", i, name);
		else
			i++;
	return 0;
}

int
policy_parse(const char *text, size_t len, struct cJSON **policy,
    struct err *err)
{
	struct cJSON *json = json_parse_exact(text, len);
	struct json_fault fault = { 0 };

	if (json == NULL) {
		json_find_fault(text, len, &fault);
		return err_set(err, ERR_REFUSED,
		    "the policy %s, at line %zu, column %zu", fault.why,
		    fault.line, fault.column);
	}
	if (!buf_is_utf8(text))
		(void)err_set(err, ERR_REFUSED, "the policy is not UTF-8");
	else if (check(json, err) == 0) {
		*policy = json;
		return 0;
	}
	json_free(json);
	return -1;
}

/* --- Lists of texts ------------------------------------------------------ */

static bool
has_text(const struct list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (policy_is_same_text(list->items[i], text))
			return true;
	return false;
}

void
policy_set_texts(struct cJSON *object, const char *name,
    const struct list *texts)
{
	struct cJSON *list;

	if (texts->n == 1) {
		json_add_text(object, name, texts->items[0]);
		return;
	}
	list = json_new_array();
	for (size_t i = 0; i < texts->n; i++)
		json_append(list, json_new_text(texts->items[i]));
	json_add(object, name, list);
}

/* Adds what the member lacks; what it has stays as it is. */
static void
merge_texts(struct cJSON *object, const char *name, const struct list *wanted)
{
	struct list texts = { 0 };
	size_t had;

	policy_add_texts(&texts, json_get(object, name));
	had = texts.n;
	for (size_t i = 0; wanted != NULL && i < wanted->n; i++)
		if (!has_text(&texts, wanted->items[i]))
			list_add(&texts, wanted->items[i]);
	if (texts.n > had)
		policy_set_texts(object, name, &texts);
	list_free(&texts);
}

/* Takes away what is named; false if nothing is left. */
static bool
take_texts(struct cJSON *object, const char *name, const struct list *named)
{
	struct list texts = { 0 }, left = { 0 };
	bool is_left;

	if (named == NULL || named->n == 0)
		return true;
	policy_add_texts(&texts, json_get(object, name));
	for (size_t i = 0; i < texts.n; i++)
		if (!has_text(named, texts.items[i]))
			list_add(&left, texts.items[i]);
	is_left = left.n > 0;
	if (is_left && left.n < texts.n)
		policy_set_texts(object, name, &left);
	list_free(&texts);
	list_free(&left);
	return is_left;
}

/* --- Our statement ------------------------------------------------------- */

static struct cJSON *
principals_of(struct cJSON *statement)
{
	return json_get(statement, "Principal");
}

static struct cJSON *
values_of(struct cJSON *statement, const struct policy_statement *wanted)
{
	return json_get(json_get(statement, "Condition"), wanted->test);
}

/* The first one from statement on with the Sid, or NULL. */
static struct cJSON *
find_sid(struct cJSON *statement, const char *sid)
{
	for (; statement != NULL; statement = json_next(statement)) {
		const char *text = json_get_text(statement, "Sid");

		if (text != NULL && strcmp(text, sid) == 0)
			break;
	}
	return statement;
}

static bool
has_texts_only(const struct cJSON *value)
{
	const struct cJSON *element = json_first(value);

	if (json_text(value) != NULL)
		return true;
	for (; element != NULL; element = json_next(element))
		if (json_text(element) == NULL)
			return false;
	return json_is_array(value);
}

/* Is this object's only member of that name, with texts? */
static bool
is_just(const struct cJSON *object, const char *name)
{
	const struct cJSON *member = json_first(object);

	return json_is_object(object) && member != NULL &&
	    json_next(member) == NULL && strcmp(json_name(member), name) == 0;
}

static bool
is_everybody(const struct cJSON *principal)
{
	const char *text = json_text(principal);

	if (text == NULL && is_just(principal, "AWS"))
		text = json_get_text(principal, "AWS");
	return text != NULL && strcmp(text, "*") == 0;
}

/* Adding to a statement of another kind would not mean what is wanted. */
static const char *
find_strangeness(struct cJSON *statement, const struct policy_statement *wanted)
{
	const struct cJSON *condition = json_get(statement, "Condition");
	const struct cJSON *resource = json_get(statement, "Resource");

	if (strcmp(json_get_text(statement, "Effect"), "Allow") != 0)
		return "it does not allow, but deny";
	if (!has_texts_only(json_get(statement, "Action")))
		return "it has no list of actions";
	if (resource != NULL && !has_texts_only(resource))
		return "its Resource is no list of ARNs";
	if (wanted->key == NULL &&
	    (!is_just(principals_of(statement), "AWS") ||
		!has_texts_only(json_get(principals_of(statement), "AWS"))))
		return "its Principal is no list of AWS accounts and ARNs";
	if (wanted->key == NULL && condition != NULL)
		return "it has a Condition";
	if (wanted->key != NULL && !is_everybody(principals_of(statement)))
		return "its Principal is not *";
	if (wanted->key != NULL &&
	    (!is_just(condition, wanted->test) ||
		!is_just(values_of(statement, wanted), wanted->key) ||
		!has_texts_only(json_get(values_of(statement, wanted),
		    wanted->key))))
		return "its Condition is another one";
	return NULL;
}

static int
check_ours(struct cJSON *statement, const struct policy_statement *wanted,
    struct err *err)
{
	const char *strange = find_strangeness(statement, wanted);

	if (strange == NULL)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "statement %s has been changed by somebody else: %s; give it "
	    "another Sid, or take it out of the policy",
	    wanted->sid, strange);
}

static struct cJSON *
add_statement(struct cJSON *list, const struct policy_statement *wanted)
{
	struct cJSON *statement = json_new_object();

	json_add_text(statement, "Sid", wanted->sid);
	json_add_text(statement, "Effect", "Allow");
	if (wanted->key == NULL)
		(void)json_add_object(statement, "Principal");
	else
		json_add_text(statement, "Principal", "*");
	json_append(list, statement);
	return statement;
}

int
policy_merge(struct cJSON *policy, const struct policy_statement *wanted,
    struct err *err)
{
	struct cJSON *list = json_get(policy, "Statement");
	struct cJSON *statement = find_sid(json_first(list), wanted->sid);
	struct list actions = { 0 };

	if (statement == NULL)
		statement = add_statement(list, wanted);
	else if (check_ours(statement, wanted, err) < 0)
		return -1;
	for (const char *const *action = wanted->actions; *action != NULL;
	    action++)
		list_add(&actions, *action);
	if (wanted->key == NULL)
		merge_texts(principals_of(statement), "AWS",
		    wanted->principals);
	merge_texts(statement, "Action", &actions);
	merge_texts(statement, "Resource", wanted->resources);
	if (wanted->key != NULL && values_of(statement, wanted) == NULL)
		(void)json_add_object(json_add_object(statement, "Condition"),
		    wanted->test);
	if (wanted->key != NULL)
		merge_texts(values_of(statement, wanted), wanted->key,
		    wanted->values);
	list_free(&actions);
	return 0;
}

static bool
is_named(const struct list *list)
{
	return list != NULL && list->n > 0;
}

/* False if nothing is left of the statement, or nothing is named. */
static bool
take_named(struct cJSON *statement, const struct policy_statement *named)
{
	return (is_named(named->principals) || is_named(named->resources) ||
		   is_named(named->values)) &&
	    take_texts(principals_of(statement), "AWS", named->principals) &&
	    take_texts(statement, "Resource", named->resources) &&
	    take_texts(values_of(statement, named), named->key, named->values);
}

int
policy_remove(struct cJSON *policy, const struct policy_statement *named,
    struct err *err)
{
	struct cJSON *list = json_get(policy, "Statement");
	struct cJSON *statement = find_sid(json_first(list), named->sid), *next;

	for (; statement != NULL; statement = find_sid(next, named->sid)) {
		next = json_next(statement);
		if (check_ours(statement, named, err) < 0)
			return -1;
		if (!take_named(statement, named))
			json_free(json_take(list, statement));
	}
	return 0;
}

bool
policy_is_empty(const struct cJSON *policy)
{
	return policy_first(policy) == NULL;
}

int
policy_add_to(struct buf *out, const struct cJSON *policy, struct err *err)
{
	struct buf text = { 0 };
	int rc = 0;

	json_add_to(&text, policy);
	if (text.len > POLICY_TEXT_MAX)
		rc = err_set(err, ERR_REFUSED,
		    "the policy would have %zu bytes, %zu more than the %d "
		    "that ECR takes",
		    text.len, text.len - POLICY_TEXT_MAX, POLICY_TEXT_MAX);
	else
		buf_add(out, text.data, text.len);
	buf_free(&text);
	return rc;
}
