/* Who may pull what; see show.h. */
#include "cmd/grant/show.h"

#include <stdint.h>
#include <string.h>

#include "aws/policy.h"
#include "base/text.h"
#include "cmd/grant/wish.h"
#include "registry/pull_rights.h"

/* --- What a policy says -------------------------------------------------- */

static void
add_who(struct cJSON *list, const char *kind, const char *value)
{
	struct cJSON *who = json_new_object();

	json_add_text(who, "kind", kind);
	json_add_text(who, "value", value);
	json_append(list, who);
}

/* An id is all that is left of a role or user that was deleted. */
static const struct {
	const char *begins, *kind;
} ids[] = {
	{ "AROA", "deleted role" },
	{ "AIDA", "deleted user" },
};

static void
add_aws(struct cJSON *list, const char *text)
{
	struct buf words = { 0 };
	const char *kind = "AWS principal",
		   *account = policy_find_account(text);
	char *space;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strncmp(text, ids[i].begins, strlen(ids[i].begins)) == 0)
			kind = ids[i].kind;
	grant_wish_add_principal(&words, text);
	space = strchr(buf_str(&words), ' ');
	if (strcmp(text, "*") == 0) {
		add_who(list, "everybody", "*");
	} else if (account == text) {
		add_who(list, "account", text);
	} else if (space != NULL) {
		*space = '\0';
		add_who(list, words.data, space + 1);
	} else {
		add_who(list, kind, text);
	}
	buf_free(&words);
}

/* Principals by their kinds: "*", or {"AWS":...,"Service":...}. */
static struct cJSON *
make_who(const struct cJSON *principal)
{
	struct cJSON *list = json_new_array();
	const struct cJSON *kind;

	if (json_text(principal) != NULL)
		add_aws(list, json_text(principal));
	for (kind = json_first(principal); kind != NULL;
	    kind = json_next(kind)) {
		bool is_service = strcmp(json_name(kind), "Service") == 0;
		struct list texts = { 0 };

		policy_add_texts(&texts, kind);
		for (size_t i = 0; i < texts.n; i++)
			if (strcmp(json_name(kind), "AWS") == 0)
				add_aws(list, texts.items[i]);
			else
				add_who(list,
				    is_service ? "service" : json_name(kind),
				    texts.items[i]);
		list_free(&texts);
	}
	return list;
}

/* A condition's value that is no text is shown as JSON. */
static struct cJSON *
make_values(const struct cJSON *value)
{
	struct cJSON *list = json_new_array();
	bool is_list = json_is_array(value);
	const struct cJSON *element = is_list ? json_first(value) : value;

	for (; element != NULL; element = is_list ? json_next(element) : NULL) {
		struct buf text = { 0 };

		if (json_text(element) != NULL)
			buf_add_str(&text, json_text(element));
		else
			json_add_to(&text, element);
		json_append(list, json_new_text(buf_str(&text)));
		buf_free(&text);
	}
	return list;
}

static struct cJSON *
make_conditions(const struct cJSON *conditions)
{
	struct cJSON *list = json_new_array();
	const struct cJSON *test = json_first(conditions), *key;

	for (; test != NULL; test = json_next(test))
		for (key = json_first(test); key != NULL;
		    key = json_next(key)) {
			struct cJSON *condition = json_new_object();

			json_add_text(condition, "operator", json_name(test));
			json_add_text(condition, "key", json_name(key));
			json_add(condition, "values", make_values(key));
			json_append(list, condition);
		}
	return list;
}

/* A pull can do without the last of its actions, which is for pushes. */
static bool
has_all(const struct cJSON *statement, const char *const *actions, size_t n)
{
	for (size_t i = 0; i < n && actions[i] != NULL; i++)
		if (!policy_has_action(statement, actions[i]))
			return false;
	return true;
}

static struct cJSON *
make_actions(const struct cJSON *statement)
{
	const struct cJSON *except = json_get(statement, "NotAction");
	struct cJSON *list = json_new_array();
	struct list texts = { 0 };

	policy_add_texts(&texts,
	    except != NULL ? except : json_get(statement, "Action"));
	for (size_t i = 0; i < texts.n; i++)
		json_append(list, json_new_text(texts.items[i]));
	list_free(&texts);
	return list;
}

static struct cJSON *
make_statement(const struct cJSON *policy, const struct cJSON *statement)
{
	const struct cJSON *except = json_get(statement, "NotPrincipal");
	const char *sid = json_get_text(statement, "Sid");
	bool is_ours = sid != NULL && grant_wish_is_sid(sid);
	bool has_not = json_get(statement, "NotAction") != NULL;
	struct cJSON *made = json_new_object();
	struct buf name = { 0 };

	policy_add_name(&name, policy, statement);
	json_add_text(made, "name", name.data);
	json_add(made, "ours", json_new_bool(is_ours));
	json_add_text(made, "effect", json_get_text(statement, "Effect"));
	json_add(made, "who",
	    make_who(except != NULL ? except :
				      json_get(statement, "Principal")));
	json_add(made, "others", json_new_bool(except != NULL));
	json_add(made, "pull",
	    json_new_bool(has_all(statement, pull_rights, 2)));
	json_add(made, "push",
	    json_new_bool(has_all(statement, grant_push_actions, SIZE_MAX) &&
		has_all(statement, pull_rights + 2, 1)));
	json_add(made, "all",
	    json_new_bool(!has_not && policy_has_action(statement, "ecr:*")));
	json_add(made, "actions", make_actions(statement));
	json_add(made, "allBut", json_new_bool(has_not));
	json_add(made, "conditions",
	    make_conditions(json_get(statement, "Condition")));
	buf_free(&name);
	return made;
}

struct cJSON *
grant_show_make(const struct cJSON *policy)
{
	const struct cJSON *statement = policy_first(policy);
	struct cJSON *list = json_new_array();

	for (; statement != NULL; statement = json_next(statement))
		json_append(list, make_statement(policy, statement));
	return list;
}

/* --- In words ------------------------------------------------------------ */

static bool
is_true(const struct cJSON *statement, const char *name)
{
	return json_is_true(json_get(statement, name));
}

static bool
is_listed(const char *const *actions, const char *action)
{
	for (; *actions != NULL; actions++)
		if (strcmp(*actions, action) == 0)
			return true;
	return false;
}

/* Adds what "pull" and "push" have not said. */
static void
add_other_actions(struct buf *out, const struct cJSON *statement,
    const char *join)
{
	const struct cJSON *action = json_first(json_get(statement, "actions"));
	bool is_more = false, has_pull = is_true(statement, "pull");
	bool has_push = is_true(statement, "push");

	for (; action != NULL; action = json_next(action)) {
		if (((has_pull || has_push) &&
			is_listed(pull_rights, json_text(action))) ||
		    (has_push &&
			is_listed(grant_push_actions, json_text(action))))
			continue;
		buf_addf(out, "%s%s", is_more ? ", " : join, json_text(action));
		is_more = true;
	}
}

static void
add_access(struct buf *out, const struct cJSON *statement)
{
	bool has_pull = is_true(statement, "pull");
	bool has_push = is_true(statement, "push");

	if (is_true(statement, "all")) {
		buf_add_str(out, "do everything");
	} else if (is_true(statement, "allBut")) {
		const struct cJSON *action =
		    json_first(json_get(statement, "actions"));

		buf_add_str(out, "do everything but");
		for (; action != NULL; action = json_next(action))
			buf_addf(out, " %s%s", json_text(action),
			    json_next(action) != NULL ? "," : "");
	} else {
		if (has_pull || has_push)
			buf_addf(out, "%s%s%s", has_pull ? "pull" : "",
			    has_pull && has_push ? " and " : "",
			    has_push ? "push" : "");
		add_other_actions(out, statement,
		    has_pull || has_push ? ", and call " : "call ");
	}
}

/* Everybody, where one of the conditions narrows that to organisations. */
static const struct cJSON *
find_organisations(const struct cJSON *statement)
{
	const struct cJSON *condition =
	    json_first(json_get(statement, "conditions"));

	while (condition != NULL &&
	    (strcmp(json_get_text(condition, "key"), "aws:PrincipalOrgID") !=
		    0 ||
		strcmp(json_get_text(condition, "operator"), "StringEquals") !=
		    0))
		condition = json_next(condition);
	return condition;
}

static void
add_values(struct buf *out, const struct cJSON *condition)
{
	const struct cJSON *value = json_first(json_get(condition, "values"));

	for (; value != NULL; value = json_next(value))
		buf_addf(out, " %s%s", json_text(value),
		    json_next(value) != NULL ? " or" : "");
}

static void
add_conditions(struct buf *out, const struct cJSON *statement,
    const struct cJSON *said)
{
	const struct cJSON *condition =
	    json_first(json_get(statement, "conditions"));
	const char *join = ", if ";

	for (; condition != NULL; condition = json_next(condition)) {
		if (condition == said)
			continue;
		buf_addf(out, "%s%s %s", join, json_get_text(condition, "key"),
		    json_get_text(condition, "operator"));
		add_values(out, condition);
		join = ", and ";
	}
}

/* Who, or where that is not meant: "everybody but" whom. */
static void
add_one(struct buf *out, const struct cJSON *who)
{
	const char *kind = json_get_text(who, "kind");

	if (strcmp(kind, "everybody") == 0)
		buf_add_str(out, kind);
	else
		buf_addf(out, "%s %s", kind, json_get_text(who, "value"));
}

/* Whatever a policy holds, it is one line that shows. */
static void
add_line(struct buf *out, const struct cJSON *statement, const struct buf *who,
    const struct cJSON *said)
{
	const char *effect = json_get_text(statement, "effect");
	size_t start = out->len;

	buf_addf(out, "  %s %s ", who->len > 0 ? who->data : "nobody",
	    strcmp(effect, "Allow") == 0 ? "may" : "must not");
	add_access(out, statement);
	add_conditions(out, statement, said);
	buf_addf(out, ": %s%s", json_get_text(statement, "name"),
	    is_true(statement, "ours") ? ", ours" : "");
	text_flatten(out->data + start);
	buf_add_str(out, "\n");
}

static void
add_statement(struct buf *out, const struct cJSON *statement)
{
	const struct cJSON *who = json_first(json_get(statement, "who"));
	const struct cJSON *said = NULL;
	bool is_others = is_true(statement, "others");
	struct buf text = { 0 };

	if (who == NULL)
		add_line(out, statement, &text, NULL);
	if (is_others)
		buf_add_str(&text, "everybody but ");
	for (; who != NULL; who = json_next(who)) {
		add_one(&text, who);
		said = !is_others && strcmp(text.data, "everybody") == 0 ?
		    find_organisations(statement) :
		    NULL;
		if (said != NULL) {
			buf_add_str(&text, " in organisation");
			add_values(&text, said);
		}
		if (is_others && json_next(who) != NULL) {
			buf_add_str(&text, ", ");
			continue;
		}
		add_line(out, statement, &text, said);
		buf_clear(&text);
	}
	buf_free(&text);
}

void
grant_show_add_words(struct buf *out, const struct cJSON *statements)
{
	const struct cJSON *statement = json_first(statements);

	for (; statement != NULL; statement = json_next(statement))
		add_statement(out, statement);
}
