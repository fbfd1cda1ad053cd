/* check: what we may do in a namespace, of what a refresh does. */
#include <string.h>

#include "base/mem.h"
#include "cluster/access.h"
#include "cmd/check/steps.h"

enum {
	SECRET_RIGHTS = 4,  /* at most */
	ACCOUNT_RIGHTS = 3, /* of each ServiceAccount */
};

static void
want(struct check_namespace *asked, const char *resource, const char *verb,
    const char *object)
{
	asked->rights[asked->rights_n++] = (struct check_right){
		.resource = resource,
		.verb = verb,
		.object = object,
	};
}

/* Just what a refresh with these options does. */
static void
want_rights(const struct check *check, struct check_namespace *asked)
{
	const struct list *accounts = &check->options->service_accounts;
	const char *secret = check->options->name;

	asked->rights = xcalloc(SECRET_RIGHTS + ACCOUNT_RIGHTS * accounts->n,
	    sizeof(*asked->rights));
	want(asked, "secrets", "get", secret);
	want(asked, "secrets", "create", secret);
	want(asked, "secrets", "patch", secret);
	if (check->place.is_fan_out)
		want(asked, "secrets", "list", secret);
	for (size_t i = 0; i < accounts->n; i++) {
		bool is_all = strcmp(accounts->items[i], "*") == 0;
		const char *name = is_all ? NULL : accounts->items[i];

		want(asked, "serviceaccounts", "get", name);
		want(asked, "serviceaccounts", "patch", name);
		if (is_all)
			want(asked, "serviceaccounts", "list", NULL);
	}
}

/* The one list of Secrets in a fan-out is of all namespaces. */
static bool
is_of_all(const struct check *check, const struct check_right *right)
{
	return check->place.is_fan_out && strcmp(right->verb, "list") == 0 &&
	    strcmp(right->resource, "secrets") == 0;
}

void
check_rights_start(struct check *check, struct check_namespace *asked)
{
	want_rights(check, asked);
	for (size_t i = 0; i < asked->rights_n; i++) {
		struct check_right *right = &asked->rights[i];

		right->call = access_start(&check->place.api,
		    &(struct access_question){
			.namespace =
			    is_of_all(check, right) ? NULL : asked->name,
			.verb = right->verb,
			.resource = right->resource,
			.name = right->object,
		    });
	}
}

/*
 * The rule that is missing, in one piece for each object. Who asks about a pull
 * from a laptop need not be who refreshes.
 */
static void
say_missing_rights(struct check *check, const char *namespace,
    const struct check_right *right, const char *verbs)
{
	bool is_own = check->place.cluster.is_in_cluster || !check->has_images;
	struct buf rule = { 0 }, text = { 0 };

	buf_addf(&rule, "add to a %s: - {apiGroups: [\"\"], resources: [%s], ",
	    check->place.is_fan_out ? "ClusterRole" : "Role in its namespace",
	    right->resource);
	if (right->object != NULL)
		buf_addf(&rule, "resourceNames: [%s], ", right->object);
	buf_addf(&rule, "verbs: [%s]}", verbs);
	buf_addf(&text, "%s: Kubernetes does not let %s %s the %s %s",
	    namespace, check->user != NULL ? check->user : "us", verbs,
	    strcmp(right->resource, "secrets") == 0 ? "Secret" :
						      "ServiceAccount",
	    right->object != NULL ? right->object : "of any name");
	if (is_own)
		findings_fail(&check->findings, ERR_DENIED, rule.data, "%s",
		    text.data);
	else
		findings_tell(&check->findings, FINDING_WARNING, rule.data,
		    "%s, so that a refresh from here would fail", text.data);
	buf_free(&rule);
	buf_free(&text);
}

static bool
is_same_object(const struct check_right *a, const struct check_right *b)
{
	return strcmp(a->resource, b->resource) == 0 && a->object == b->object;
}

/* Waits for one object's answers, which stand together. */
static bool
finish_rights(struct check *check, struct check_namespace *asked, size_t *i)
{
	const struct check_right *first = &asked->rights[*i];
	struct buf missing = { 0 };
	bool is_good = true;

	for (;
	    *i < asked->rights_n && is_same_object(&asked->rights[*i], first);
	    (*i)++) {
		struct err err = { 0 };
		bool is_allowed;

		if (access_finish(asked->rights[*i].call, &is_allowed, &err) <
		    0) {
			findings_note_by(&check->findings, &err,
			    "ask who may: kubectl auth can-i --list");
			is_good = false;
		} else if (!is_allowed) {
			buf_addf(&missing, "%s%s", missing.len > 0 ? ", " : "",
			    asked->rights[*i].verb);
		}
	}
	if (missing.len > 0)
		say_missing_rights(check, asked->name, first, missing.data);
	is_good = is_good && missing.len == 0;
	buf_free(&missing);
	return is_good;
}

void
check_rights(struct check *check, struct check_namespace *asked)
{
	bool is_good = true;
	size_t i = 0;

	findings_begin(&check->findings, "rights");
	while (i < asked->rights_n)
		is_good = finish_rights(check, asked, &i) && is_good;
	if (is_good)
		findings_ok(&check->findings,
		    "%s: all that a refresh needs is allowed", asked->name);
	mem_free(asked->rights);
	asked->rights = NULL;
}
