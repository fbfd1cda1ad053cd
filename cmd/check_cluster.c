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
		    "Kubernetes 1.28 and later tell",
		    "who we are there is not known: the server has no "
		    "SelfSubjectReview");
	check_own_pod(check);
	if (check->place.namespaces.n == 0)
		findings_fail_by(findings, &check->cluster_err,
		    "name them by --namespace");
}

/* --- What we may do ------------------------------------------------------- */

static void
want(struct check_namespace *asked, const char *resource, const char *verb,
    bool is_named)
{
	BUG_IF(asked->rights_n == CHECK_RIGHTS_MAX);
	asked->rights[asked->rights_n].resource = resource;
	asked->rights[asked->rights_n].verb = verb;
	asked->rights[asked->rights_n++].is_named = is_named;
}

/* The one list of a fan-out is of all namespaces. */
static bool
is_of_all(const struct check *check, const char *verb, const char *resource)
{
	return check->place.is_fan_out && strcmp(verb, "list") == 0 &&
	    strcmp(resource, "secrets") == 0;
}

/* Just what a refresh with these options does. */
static void
want_rights(const struct check *check, struct check_namespace *asked)
{
	const struct list *accounts = &check->options->service_accounts;

	want(asked, "secrets", "get", true);
	want(asked, "secrets", "create", true);
	want(asked, "secrets", "patch", true);
	if (check->place.is_fan_out)
		want(asked, "secrets", "list", true);
	if (accounts->n > 0) {
		want(asked, "serviceaccounts", "get", false);
		want(asked, "serviceaccounts", "patch", false);
	}
	if (accounts->n > 0 && strcmp(accounts->items[0], "*") == 0)
		want(asked, "serviceaccounts", "list", false);
}

static void
start_rights(struct check *check, struct check_namespace *asked)
{
	want_rights(check, asked);
	for (size_t i = 0; i < asked->rights_n; i++) {
		const char *verb = asked->rights[i].verb;
		const char *resource = asked->rights[i].resource;

		asked->rights[i].call = access_start(&check->place.api,
		    &(struct access_question){
			.namespace = is_of_all(check, verb, resource) ?
			    NULL :
			    asked->name,
			.verb = verb,
			.resource = resource,
			.name = asked->rights[i].is_named ?
			    check->options->name :
			    NULL,
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

/* The rule that is missing, in one piece for each resource. */
static void
fail_rights(struct check *check, const char *namespace, const char *resource,
    const char *verbs, bool is_named)
{
	struct buf rule = { 0 };

	buf_addf(&rule, "add to a %s: - {apiGroups: [\"\"], resources: [%s], ",
	    check->place.is_fan_out ? "ClusterRole" : "Role in its namespace",
	    resource);
	if (is_named)
		buf_addf(&rule, "resourceNames: [%s], ", check->options->name);
	buf_addf(&rule, "verbs: [%s]}", verbs);
	findings_fail(&check->findings, ERR_DENIED, rule.data,
	    "%s: Kubernetes does not let %s %s the %s %s", namespace,
	    check->user != NULL ? check->user : "us", verbs,
	    is_named ? "Secret" : resource,
	    is_named ? check->options->name : "there");
	buf_free(&rule);
}

/* Waits for one resource's answers, which stand together. */
static bool
finish_rights(struct check *check, struct check_namespace *asked, size_t *i)
{
	const char *resource = asked->rights[*i].resource;
	bool is_named = asked->rights[*i].is_named, is_good = true;
	struct buf missing = { 0 };

	for (; *i < asked->rights_n &&
	    strcmp(asked->rights[*i].resource, resource) == 0;
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
		fail_rights(check, asked->name, resource, missing.data,
		    is_named);
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
