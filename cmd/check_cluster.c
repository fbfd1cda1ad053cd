/* check: the cluster, who we are there, and what we may do. */
#include <string.h>

#include "base/env.h"
#include "base/json.h"
#include "base/mem.h"
#include "cluster/access.h"
#include "cmd/check.h"

#define ROLE_ANNOTATION "eks.amazonaws.com/role-arn"

const char *
check_role_of(const struct cJSON *account)
{
	return json_get_text(json_get(json_get(account, "metadata"),
				 "annotations"),
	    ROLE_ANNOTATION);
}

static bool
is_set(const char *variable)
{
	char *value = env_get_raw(variable);
	bool is = value != NULL && value[0] != '\0';

	mem_free(value);
	return is;
}

/* A pod that was made before its ServiceAccount got a role knows of none. */
static void
say_missed_role(struct check *check, const char *account, const char *role)
{
	static const char remedy[] =
	    "delete the pod, so that the EKS webhook sees the next one; if "
	    "that changes nothing, the webhook is missing";

	if (!check->has_creds)
		findings_fail(&check->findings, ERR_CONFIG, remedy,
		    "%s has the role %.300s, but this pod has no AWS_ROLE_ARN: "
		    "it was made before, or not by way of the webhook",
		    account, role);
	else
		findings_tell(&check->findings, FINDING_WARNING, remedy,
		    "%s has the role %.300s, but this pod has no AWS_ROLE_ARN "
		    "and goes by other credentials, from %s",
		    account, role, check->source.creds.source);
}

static void
check_own_account(struct check *check, const char *namespace, const char *name)
{
	struct findings *findings = &check->findings;
	struct buf path = { 0 }, what = { 0 };
	struct look look = { 0 };
	const char *role;

	buf_addf(&path, "/api/v1/namespaces/%s/serviceaccounts/%s", namespace,
	    name);
	buf_addf(&what, "ServiceAccount %s/%s", namespace, name);
	look_finish(look_start(&check->place.api, path.data, what.data), &look);
	role = check_role_of(look.json);
	if (look.err.kind != ERR_NONE)
		findings_note_by(findings, &look.err,
		    "only needed to see whether it has a role (IRSA)");
	else if (role != NULL && !is_set("AWS_ROLE_ARN"))
		say_missed_role(check, what.data, role);
	look_free(&look);
	buf_free(&path);
	buf_free(&what);
}

/* "system:serviceaccount:NAMESPACE:NAME", if it is this pod's own. */
static void
check_own_pod(struct check *check)
{
	static const char prefix[] = "system:serviceaccount:";
	struct list parts = { 0 };

	if (!check->place.cluster.is_in_cluster || check->user == NULL ||
	    strncmp(check->user, prefix, sizeof(prefix) - 1) != 0)
		return;
	list_split(&parts, check->user, ":");
	if (parts.n == 4)
		check_own_account(check, parts.items[2], parts.items[3]);
	list_free(&parts);
}

static void
say_absent(struct check *check)
{
	static const char remedy[] =
	    "name it by --kubeconfig, --context or --eks-cluster, or run this "
	    "in a pod";

	if (check->has_images && check->is_cluster_absent)
		findings_tell(&check->findings, FINDING_NOTE, remedy,
		    "none is named here: the Secret is not looked at");
	else
		findings_fail_by(&check->findings, &check->cluster_err, remedy);
}

void
check_cluster(struct check *check)
{
	const struct cluster *cluster = &check->place.cluster;
	struct findings *findings = &check->findings;
	struct err err = { 0 };

	findings_begin(findings, "cluster");
	if (!check->has_cluster) {
		say_absent(check);
		return;
	}
	findings_ok(findings, "%s, by %s", cluster->server, cluster->origin);
	if (cluster->is_insecure)
		findings_tell(findings, FINDING_WARNING,
		    "give the kubeconfig a certificate-authority",
		    "its certificate is not verified");
	if (access_finish_self(check->self, &check->user, &err) < 0)
		findings_fail_by(findings, &err,
		    "is the server running, and reached from here?");
	else if (check->user != NULL)
		findings_ok(findings, "we are %s there", check->user);
	else
		findings_tell(findings, FINDING_NOTE,
		    "Kubernetes 1.28 and later tell, where the ClusterRole "
		    "system:basic-user is bound as it is by default",
		    "who we are there is not known: the server does not answer "
		    "a SelfSubjectReview");
	check_own_pod(check);
	if (check->place.namespaces.n == 0)
		findings_fail_by(findings, &check->cluster_err,
		    "name them by --namespace");
}

/* --- What we may do ------------------------------------------------------- */

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

static void
start_rights(struct check *check, struct check_namespace *asked)
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

static struct cluster_call *
start_look(struct check *check, const char *group, const char *namespace,
    const char *resource)
{
	struct buf path = { 0 }, what = { 0 };
	struct cluster_call *call;

	buf_addf(&path, "%s/namespaces/%s/%s", group, namespace, resource);
	buf_addf(&what, "%s in %s", resource, namespace);
	call = look_start(&check->place.api, path.data, what.data);
	buf_free(&path);
	buf_free(&what);
	return call;
}

void
check_namespace_start(struct check *check, const char *name,
    struct check_namespace *asked)
{
	*asked = (struct check_namespace){ .name = name };
	asked->secret =
	    k8s_start_read(&check->place.api, name, check->options->name);
	start_rights(check, asked);
	asked->accounts = start_look(check, "/api/v1", name, "serviceaccounts");
	asked->pods = start_look(check, "/api/v1", name, "pods");
	asked->cronjobs = start_look(check, "/apis/batch/v1", name, "cronjobs");
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

void
check_read_secret(struct check_namespace *asked)
{
	struct err err = { 0 };

	/* That it does not exist is seen by there being none. */
	if (asked->secret != NULL &&
	    (k8s_finish_read(asked->secret, &asked->found, &err) < 0 ||
		asked->found.is_unreadable))
		asked->err = err;
	asked->secret = NULL;
}

static void
say_secret(struct check *check, struct check_namespace *asked)
{
	findings_begin(&check->findings, "secret");
	check_read_secret(asked);
	if (asked->found.is_unreadable)
		findings_note_by(&check->findings, &asked->err,
		    "ask somebody who may read it");
	else if (asked->err.kind != ERR_NONE)
		findings_fail_by(&check->findings, &asked->err,
		    "is the server running, and reached from here?");
	else
		check_secret(check, asked->name, &asked->found);
}

static void
say_namespace(struct check *check, struct check_namespace *asked)
{
	check_rights(check, asked);
	say_secret(check, asked);
	check_users(check, asked);
	check_cronjobs(check, asked);
}

void
check_namespaces(struct check *check)
{
	const struct list *namespaces = &check->place.namespaces;

	for (size_t i = 0; i < namespaces->n; i++) {
		struct check_namespace later;

		if (i == 0) {
			say_namespace(check, &check->first);
			continue;
		}
		check_namespace_start(check, namespaces->items[i], &later);
		say_namespace(check, &later);
		kube_secret_free(&later.found);
	}
}
