/* The replication configuration of a registry; see replication.h. */
#include "aws/replication.h"

#include <string.h>

#include "aws/replication_parts.h"

#define PREFIX_MATCH "PREFIX_MATCH"

enum {
	PREFIX_MIN = 2,
	PREFIX_MAX = 256,
};

bool
replication_is_prefix(const char *text)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strlen(text);

	if (len < PREFIX_MIN || len > PREFIX_MAX ||
	    text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-/")] !=
		'\0')
		return false;
	/* Each part that is whole, with a slash behind it, begins a word. */
	for (const char *slash = strchr(text, '/'); slash != NULL;
	    text = slash + 1, slash = strchr(text, '/'))
		if (strspn(text, word) == 0)
			return false;
	return true;
}

/* --- Reading ------------------------------------------------------------- */

struct cJSON *
replication_rules(const struct cJSON *configuration)
{
	return json_get(configuration, "rules");
}

struct cJSON *
replication_filters(const struct cJSON *rule)
{
	return json_get(rule, "repositoryFilters");
}

struct cJSON *
replication_destinations(const struct cJSON *rule)
{
	return json_get(rule, "destinations");
}

size_t
replication_count(const struct cJSON *array)
{
	const struct cJSON *element = json_first(array);
	size_t n = 0;

	for (; element != NULL; element = json_next(element))
		n++;
	return n;
}

struct cJSON *
replication_new(void)
{
	struct cJSON *configuration = json_new_object();

	json_add(configuration, "rules", json_new_array());
	return configuration;
}

/* Each element is an object with both texts. */
static int
check_objects(const struct cJSON *array, const char *where, size_t rule,
    const char *const names[2], struct err *err)
{
	const struct cJSON *element = json_first(array);

	for (size_t i = 0; element != NULL; element = json_next(element), i++)
		for (size_t name = 0; name < 2; name++)
			if (json_get_text(element, names[name]) == NULL)
				return err_set(err, ERR_DATA,
				    "rules[%zu].%s[%zu] has no %s that is "
				    "text",
				    rule, where, i, names[name]);
	return 0;
}

static int
check_rule(const struct cJSON *rule, size_t i, struct err *err)
{
	static const char *const of_destination[2] = { "registryId", "region" };
	static const char *const of_filter[2] = { "filter", "filterType" };
	const struct cJSON *filters = replication_filters(rule);

	if (!json_is_array(replication_destinations(rule)))
		return err_set(err, ERR_DATA,
		    "rules[%zu] has no list of destinations", i);
	if (filters != NULL && !json_is_array(filters) &&
	    !json_is_null(filters))
		return err_set(err, ERR_DATA,
		    "rules[%zu].repositoryFilters is no list", i);
	if (check_objects(replication_destinations(rule), "destinations", i,
		of_destination, err) < 0)
		return -1;
	return check_objects(filters, "repositoryFilters", i, of_filter, err);
}

int
replication_check(const struct cJSON *configuration, struct err *err)
{
	const struct cJSON *rule = json_first(replication_rules(configuration));

	if (!json_is_array(replication_rules(configuration)))
		return err_set(err, ERR_DATA, "there is no list of rules");
	for (size_t i = 0; rule != NULL; rule = json_next(rule), i++)
		if (check_rule(rule, i, err) < 0)
			return -1;
	return 0;
}

const char *
replication_prefix(const struct cJSON *filter)
{
	return replication_count(filter) == 2 &&
		strcmp(json_get_text(filter, "filterType"), PREFIX_MATCH) == 0 ?
	    json_get_text(filter, "filter") :
	    NULL;
}

static bool
has_prefix(const struct cJSON *rule, const char *prefix)
{
	const struct cJSON *filter = json_first(replication_filters(rule));

	for (; filter != NULL; filter = json_next(filter)) {
		const char *text = replication_prefix(filter);

		if (text != NULL && strcmp(text, prefix) == 0)
			return true;
	}
	return false;
}

/* Is the rule for exactly these prefixes, whatever else it says? */
static bool
has_prefixes(const struct cJSON *rule, const struct list *prefixes)
{
	const struct cJSON *filter = json_first(replication_filters(rule));

	for (; filter != NULL; filter = json_next(filter))
		if (replication_prefix(filter) == NULL ||
		    !list_has(prefixes, replication_prefix(filter)))
			return false;
	for (size_t i = 0; i < prefixes->n; i++)
		if (!has_prefix(rule, prefixes->items[i]))
			return false;
	return true;
}

/* Newer servers may answer with it in each rule. */
static bool
is_disabled(const struct cJSON *member)
{
	return strcmp(json_name(member), "deleteReplication") == 0 &&
	    replication_count(member) == 1 &&
	    json_is_false(json_get(member, "enabled"));
}

bool
replication_is_known(const struct cJSON *member)
{
	return strcmp(json_name(member), "destinations") == 0 ||
	    strcmp(json_name(member), "repositoryFilters") == 0 ||
	    is_disabled(member);
}

/* Does it hold nothing but destinations and filters? */
static bool
is_plain(const struct cJSON *rule)
{
	const struct cJSON *member = json_first(rule);

	while (member != NULL && replication_is_known(member))
		member = json_next(member);
	return member == NULL;
}

struct cJSON *
replication_find_destination(const struct cJSON *rule,
    const struct replication_destination *wanted)
{
	struct cJSON *found = json_first(replication_destinations(rule));

	while (found != NULL &&
	    (strcmp(json_get_text(found, "registryId"), wanted->account) != 0 ||
		strcmp(json_get_text(found, "region"), wanted->region) != 0))
		found = json_next(found);
	return found;
}

/* --- Changing ---------------------------------------------------------------- */

/* The API gives an empty list of filters for none, but takes only one or more. */
static void
drop_empty_filters(const struct cJSON *configuration)
{
	struct cJSON *rule = json_first(replication_rules(configuration));

	for (; rule != NULL; rule = json_next(rule))
		if (json_first(replication_filters(rule)) == NULL)
			json_remove(rule, "repositoryFilters");
}

static bool
is_there(const struct cJSON *configuration, const struct list *prefixes,
    const struct replication_destination *destination)
{
	const struct cJSON *rule = json_first(replication_rules(configuration));

	for (; rule != NULL; rule = json_next(rule))
		if (has_prefixes(rule, prefixes) &&
		    replication_find_destination(rule, destination) != NULL)
			return true;
	return false;
}

static void
append_pair(struct cJSON *array, const char *name, const char *value,
    const char *other_name, const char *other_value)
{
	struct cJSON *object = json_new_object();

	json_add_text(object, name, value);
	json_add_text(object, other_name, other_value);
	json_append(array, object);
}

static void
drop(struct cJSON *array, struct cJSON *element)
{
	json_free(json_take(array, element));
}

/* A rule that is added to; a new one if there is none. */
static struct cJSON *
open_rule(struct cJSON *configuration, const struct list *prefixes)
{
	struct cJSON *rule = json_first(replication_rules(configuration));

	while (rule != NULL &&
	    !(is_plain(rule) && has_prefixes(rule, prefixes)))
		rule = json_next(rule);
	if (rule != NULL)
		return rule;
	rule = json_new_object();
	json_add(rule, "destinations", json_new_array());
	if (prefixes->n > 0)
		json_add(rule, "repositoryFilters", json_new_array());
	for (size_t i = 0; i < prefixes->n; i++)
		if (!has_prefix(rule, prefixes->items[i])) /* or said twice */
			append_pair(json_get(rule, "repositoryFilters"),
			    "filter", prefixes->items[i], "filterType",
			    PREFIX_MATCH);
	json_append(json_get(configuration, "rules"), rule);
	return rule;
}

bool
replication_merge(struct cJSON *configuration,
    const struct replication_wish *wish)
{
	bool has_changed = false;

	for (size_t i = 0; i < wish->n; i++) {
		struct cJSON *rule;

		if (is_there(configuration, wish->prefixes,
			&wish->destinations[i]))
			continue;
		rule = open_rule(configuration, wish->prefixes);
		append_pair(json_get(rule, "destinations"), "region",
		    wish->destinations[i].region, "registryId",
		    wish->destinations[i].account);
		has_changed = true;
	}
	if (has_changed)
		drop_empty_filters(configuration);
	return has_changed;
}

/* Out of one rule. */
static bool
remove_destinations(struct cJSON *rule, const struct replication_wish *wish)
{
	bool has_changed = false;

	for (size_t i = 0; i < wish->n; i++) {
		struct cJSON *found;

		while ((found = replication_find_destination(rule,
			    &wish->destinations[i])) != NULL) {
			drop(json_get(rule, "destinations"), found);
			has_changed = true;
		}
	}
	return has_changed;
}

bool
replication_remove(struct cJSON *configuration,
    const struct replication_wish *wish)
{
	struct cJSON *rules = json_get(configuration, "rules"), *next;
	bool has_changed = false;

	for (struct cJSON *rule = json_first(rules); rule != NULL;
	    rule = next) {
		next = json_next(rule);
		if (!has_prefixes(rule, wish->prefixes) ||
		    !remove_destinations(rule, wish))
			continue;
		has_changed = true;
		if (json_first(replication_destinations(rule)) == NULL)
			drop(rules, rule);
	}
	if (has_changed)
		drop_empty_filters(configuration);
	return has_changed;
}
