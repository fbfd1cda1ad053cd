/* The replication configuration in words, and what follows from it. */
#include <string.h>

#include "aws/replication_parts.h"

enum {
	/* As the user guide has them in 2026; they have been raised before. */
	RULES_MAX = 10,
	DESTINATIONS_MAX = 25, /* different ones, over all rules */
	FILTERS_MAX = 100,
};

/* Adds each destination, as "ACCOUNT/REGION" and once. */
static void
add_targets(const struct cJSON *rule, struct list *targets)
{
	const struct cJSON *destination =
	    json_first(replication_destinations(rule));

	for (; destination != NULL; destination = json_next(destination)) {
		struct buf target = { 0 };

		buf_addf(&target, "%s/%s",
		    json_get_text(destination, "registryId"),
		    json_get_text(destination, "region"));
		if (!list_has(targets, target.data))
			list_add(targets, target.data);
		buf_free(&target);
	}
}

static void
add_excess(struct buf *out, size_t n, size_t max, const char *what)
{
	if (n > max)
		buf_addf(out, "%s%zu %s, and ECR's limit is %zu",
		    out->len > 0 ? "; " : "", n, what, max);
}

void
replication_add_excess(const struct cJSON *configuration, struct buf *out)
{
	const struct cJSON *rule = json_first(replication_rules(configuration));
	struct list targets = { 0 };
	size_t filters = 0;

	for (; rule != NULL; rule = json_next(rule)) {
		size_t n = replication_count(replication_filters(rule));

		if (n > filters)
			filters = n;
	}
	replication_find_all_targets(configuration, &targets);
	add_excess(out, replication_count(replication_rules(configuration)),
	    RULES_MAX, "rules");
	add_excess(out, targets.n, DESTINATIONS_MAX, "destinations");
	add_excess(out, filters, FILTERS_MAX, "prefixes in one rule");
	list_free(&targets);
}

/* A prefix as a glob; what is none as it stands. */
static void
describe_filter(const struct cJSON *filter, struct buf *out)
{
	const char *prefix = replication_prefix(filter);

	if (prefix != NULL)
		buf_addf(out, "%s*", prefix);
	else
		json_add_to(out, filter);
}

static void
describe_rule(const struct cJSON *rule, struct list *lines)
{
	const struct cJSON *filter = json_first(replication_filters(rule));
	const struct cJSON *member = json_first(rule);
	struct list targets = { 0 };
	struct buf line = { 0 };

	if (filter == NULL)
		buf_add_str(&line, "every repository");
	for (; filter != NULL; filter = json_next(filter)) {
		describe_filter(filter, &line);
		buf_add_str(&line, json_next(filter) != NULL ? ", " : "");
	}
	add_targets(rule, &targets);
	for (size_t i = 0; i < targets.n; i++)
		buf_addf(&line, "%s%s", i == 0 ? " -> " : ", ",
		    targets.items[i]);
	for (; member != NULL; member = json_next(member)) {
		if (replication_is_known(member))
			continue;
		buf_addf(&line, "; %s ", json_name(member));
		json_add_to(&line, member);
	}
	list_add(lines, line.data);
	list_free(&targets);
	buf_free(&line);
}

void
replication_describe(const struct cJSON *configuration, struct list *lines)
{
	const struct cJSON *rule = json_first(replication_rules(configuration));

	for (; rule != NULL; rule = json_next(rule))
		describe_rule(rule, lines);
}

/* --- Asking ---------------------------------------------------------------------- */

static bool
matches(const struct cJSON *rule, const char *repository)
{
	const struct cJSON *filter = json_first(replication_filters(rule));

	if (filter == NULL)
		return true;
	for (; filter != NULL; filter = json_next(filter)) {
		const char *prefix = replication_prefix(filter);

		if (prefix != NULL &&
		    strncmp(repository, prefix, strlen(prefix)) == 0)
			return true;
	}
	return false;
}

void
replication_find_targets(const struct cJSON *configuration,
    const char *repository, struct list *targets)
{
	const struct cJSON *rule = json_first(replication_rules(configuration));

	for (; rule != NULL; rule = json_next(rule))
		if (matches(rule, repository))
			add_targets(rule, targets);
}

void
replication_find_all_targets(const struct cJSON *configuration,
    struct list *targets)
{
	const struct cJSON *rule = json_first(replication_rules(configuration));

	for (; rule != NULL; rule = json_next(rule))
		add_targets(rule, targets);
}

bool
replication_find_prefixes(const struct cJSON *configuration,
    const struct replication_destination *destination, struct list *prefixes)
{
	const struct cJSON *rule = json_first(replication_rules(configuration));

	for (; rule != NULL; rule = json_next(rule)) {
		const struct cJSON *filter =
		    json_first(replication_filters(rule));

		if (replication_find_destination(rule, destination) == NULL)
			continue;
		if (filter == NULL)
			return false;
		for (; filter != NULL; filter = json_next(filter)) {
			const char *prefix = replication_prefix(filter);

			if (prefix == NULL)
				return false;
			if (!list_has(prefixes, prefix))
				list_add(prefixes, prefix);
		}
	}
	return true;
}
