/* check: the cluster, who we are there, and its namespaces one by one. */
#include <string.h>

#include "base/env.h"
#include "base/json.h"
#include "base/mem.h"
#include "cluster/access.h"
#include "cmd/check/steps.h"

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
	if (!check->has_creds)
		findings_fail(&check->findings, ERR_CONFIG, CHECK_WEBHOOK,
		    "%s has the role %.300s, but this pod has no AWS_ROLE_ARN: "
		    "it was made before, or not by way of the webhook",
		    account, role);
	else
		findings_tell(&check->findings, FINDING_WARNING, CHECK_WEBHOOK,
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
	bool is_eks = check->options->eks_cluster != NULL;

	if (is_eks && check->has_aws && !check->has_creds)
		findings_tell(&check->findings, FINDING_NOTE, CHECK_ABOVE,
		    "EKS is not asked for %s, since there are no credentials",
		    check->options->eks_cluster);
	else if (is_eks)
		findings_fail_by(&check->findings, &check->cluster_err,
		    "is EKS of that region reached from here?");
	else if (check->has_images && check->is_cluster_absent)
		findings_tell(&check->findings, FINDING_NOTE, remedy,
		    "none is named here: the Secret is not looked at");
	else
		findings_fail_by(&check->findings, &check->cluster_err,
		    check->is_cluster_absent ?
			remedy :
			"set it right, or name another by --kubeconfig, "
			"--context or --eks-cluster");
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
	check->is_self_refused =
	    access_finish_self(check->self, &check->user, &err) < 0;
	if (check->is_self_refused)
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
	/* Where nothing is answered, that they are not listed is no news. */
	if (check->cluster_err.kind != ERR_NONE &&
	    err.kind != check->cluster_err.kind)
		findings_fail_by(findings, &check->cluster_err,
		    "name them by --namespace");
}

enum {
	AHEAD = 4, /* namespaces that are asked about at once */
};

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
	check_rights_start(check, asked);
	asked->accounts = start_look(check, "/api/v1", name, "serviceaccounts");
	asked->pods = start_look(check, "/api/v1", name, "pods");
	asked->cronjobs = start_look(check, "/apis/batch/v1", name, "cronjobs");
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

/* Does it hold something else than the one by which images are asked for? */
static bool
differs(const struct check *check, const struct check_namespace *asked)
{
	const char *key = format_find(check->options->format)->fields[0].key;
	struct buf first = { 0 }, text = { 0 };
	struct err ignored;
	bool is_same;

	if (check->asked->found.object == NULL || asked->found.object == NULL)
		return false;
	is_same = kube_secret_add_data(&check->asked->found, key, &first,
		      &ignored) == 0 &&
	    kube_secret_add_data(&asked->found, key, &text, &ignored) == 0 &&
	    strcmp(buf_str(&first), buf_str(&text)) == 0;
	buf_free(&first);
	buf_free(&text);
	return !is_same;
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
	if (check->has_images && asked != check->asked && differs(check, asked))
		findings_tell(&check->findings, FINDING_NOTE,
		    "run ecr-secret check with this --namespace alone",
		    "%s/%s is not the same as in %s, by which images are asked "
		    "for below",
		    asked->name, check->options->name, check->asked->name);
}

static void
say_namespace(struct check *check, struct check_namespace *asked)
{
	check_rights(check, asked);
	say_secret(check, asked);
	check_users(check, asked);
	check_cronjobs(check, asked);
}

static void
drop(struct cluster_call *call)
{
	struct http_response response = { 0 };
	struct err ignored;

	(void)cluster_wait(call, &response, &ignored);
	http_response_free(&response);
	cluster_call_free(call);
}

/*
 * Neither who we are nor the Secret: what else is asked there has the same
 * answer, which is said already.
 */
static bool
is_dead(struct check *check)
{
	check_read_secret(check->asked);
	return check->is_self_refused && check->asked->err.kind != ERR_NONE &&
	    !check->asked->found.is_unreadable;
}

static void
say_dead(struct check *check)
{
	static const char *const steps[] = { "rights", "secret", "users",
		"cronjob" };
	struct check_namespace *asked = check->asked;

	for (size_t i = 0; i < asked->rights_n; i++)
		drop(asked->rights[i].call);
	mem_free(asked->rights);
	drop(asked->accounts);
	drop(asked->pods);
	drop(asked->cronjobs);
	drop(check->pending);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		findings_begin(&check->findings, steps[i]);
		findings_tell(&check->findings, FINDING_NOTE, CHECK_ABOVE,
		    "not looked at, since the cluster does not serve us");
	}
}

/* The next ones are asked about while one is told of. */
void
check_namespaces(struct check *check)
{
	const struct list *names = &check->place.namespaces;
	size_t started = 1; /* the first one is, from the beginning */

	if (check->asked == NULL)
		return;
	if (is_dead(check)) {
		say_dead(check);
		return;
	}
	for (size_t i = 0; i < names->n; i++) {
		for (; started < names->n && started <= i + AHEAD; started++)
			check_namespace_start(check, names->items[started],
			    &check->asked[started]);
		say_namespace(check, &check->asked[i]);
		if (i > 0)
			kube_secret_free(&check->asked[i].found);
	}
}
