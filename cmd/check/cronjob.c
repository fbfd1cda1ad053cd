/* check: will the Secret be refreshed in time? */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cluster/cron_schedule.h"
#include "cmd/check/steps.h"

enum {
	DEADLINE_MIN_S = 10, /* the controller looks no more often */
	LATE_S = 10 * 60,    /* which it may take until it looks */
};

/* A CronJob that runs us. Borrowed but for which. */
struct cronjob {
	const struct cJSON *spec, *status;
	const char *namespace, *name, *schedule;
	struct buf which;  /* for messages */
	time_t made_at;    /* 0: not known */
	int64_t gap_s;     /* the longest between two runs; 0: it never runs */
	bool is_suspended; /* which is said already */
};

bool
check_runs_us(const struct cJSON *spec)
{
	static const char *const lists[] = { "containers", "initContainers" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct cJSON *container =
		    json_first(json_get(spec, lists[i]));

		for (; container != NULL; container = json_next(container)) {
			const char *image = json_get_text(container, "image");
			const char *command =
			    json_text(json_first(json_get(container,
				"command")));

			if ((image != NULL &&
				strstr(image, "ecr-secret") != NULL) ||
			    (command != NULL &&
				strstr(command, "ecr-secret") != NULL))
				return true;
		}
	}
	return false;
}

static const struct cJSON *
pod_spec_of(const struct cJSON *cronjob)
{
	static const char *const path[] = { "spec", "jobTemplate", "spec",
		"template", "spec" };

	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++)
		cronjob = json_get(cronjob, path[i]);
	return cronjob;
}

/* Its longest pause against a token's life, with a run that may fail. */
static void
check_schedule(struct findings *findings, const struct cronjob *cronjob)
{
	static const char remedy[] =
	    "every 4 hours, schedule: \"37 */4 * * *\", or every 10 minutes "
	    "with --min-remaining 6h";
	const char *which = cronjob->which.data, *schedule = cronjob->schedule;
	long long hours = (long long)(cronjob->gap_s / 3600);

	if (cronjob->gap_s == 0)
		findings_tell(findings, FINDING_WARNING, remedy,
		    "%s: its schedule \"%.100s\" never comes", which, schedule);
	else if (cronjob->gap_s >= CHECK_TOKEN_LIFE_S)
		findings_tell(findings, FINDING_WARNING, remedy,
		    "%s: by \"%.100s\" it pauses for %lld hours, and a token "
		    "lives for 12",
		    which, schedule, hours);
	else if (cronjob->gap_s > CHECK_TOKEN_LIFE_S / 2)
		findings_tell(findings, FINDING_WARNING, remedy,
		    "%s: by \"%.100s\" it pauses for %lld hours: one run that "
		    "fails, and the token has expired",
		    which, schedule, hours);
	else
		findings_ok(findings,
		    "%s: runs by \"%.100s\", often enough for a token's 12 "
		    "hours",
		    which, schedule);
}

/* What keeps the controller from starting it. */
static void
check_start(struct findings *findings, const struct cronjob *cronjob)
{
	struct buf patch = { 0 };
	double deadline_s;

	buf_addf(&patch, "kubectl -n %s patch cronjob %s -p ",
	    cronjob->namespace, cronjob->name);
	if (cronjob->is_suspended) {
		buf_add_str(&patch, "'{\"spec\":{\"suspend\":false}}'");
		findings_tell(findings, FINDING_WARNING, patch.data,
		    "%s is suspended: nobody refreshes the Secret",
		    cronjob->which.data);
	} else if (json_get_number(cronjob->spec, "startingDeadlineSeconds",
		       &deadline_s) &&
	    deadline_s < DEADLINE_MIN_S) {
		buf_add_str(&patch,
		    "'{\"spec\":{\"startingDeadlineSeconds\":300}}'");
		findings_tell(findings, FINDING_WARNING, patch.data,
		    "%s: its startingDeadlineSeconds is %g, and the controller "
		    "looks every %d s: it misses runs, or all of them",
		    cronjob->which.data, deadline_s, DEADLINE_MIN_S);
	}
	buf_free(&patch);
}

/* More than its longest pause has gone by without a start. */
static bool
is_late(const struct check *check, const struct cronjob *cronjob, time_t since)
{
	return since != 0 && cronjob->gap_s > 0 && !cronjob->is_suspended &&
	    http_now(check->http) - since > cronjob->gap_s + LATE_S;
}

/* No start where one was due: what is in its way? */
static void
say_late(struct findings *findings, const struct cronjob *cronjob,
    const char *due)
{
	const struct cJSON *active =
	    json_first(json_get(cronjob->status, "active"));
	const char *job = json_get_text(active, "name");
	struct buf remedy = { 0 };

	if (job != NULL) {
		buf_addf(&remedy,
		    "kubectl -n %s describe job %s says what it waits for; "
		    "delete it, so that the next one can start",
		    cronjob->namespace, job);
		findings_tell(findings, FINDING_WARNING, remedy.data,
		    "%s: a run has been due, and its job %.300s, started %s, "
		    "has not ended",
		    cronjob->which.data, job, due);
	} else {
		buf_addf(&remedy,
		    "kubectl -n %s describe cronjob %s says what the "
		    "controller made of it; is kube-controller-manager "
		    "running?",
		    cronjob->namespace, cronjob->name);
		findings_tell(findings, FINDING_WARNING, remedy.data,
		    "%s: a run has been due, and the last one was started %s",
		    cronjob->which.data, due);
	}
	buf_free(&remedy);
}

static void
say_no_run(struct findings *findings, const struct cronjob *cronjob)
{
	struct buf remedy = { 0 };

	buf_addf(&remedy,
	    "wait for its first run, or start one: kubectl -n %s create job "
	    "%s-now --from=cronjob/%s",
	    cronjob->namespace, cronjob->name, cronjob->name);
	findings_tell(findings, FINDING_NOTE, remedy.data, "%s has not run yet",
	    cronjob->which.data);
	buf_free(&remedy);
}

static void
say_failure(struct findings *findings, const struct cronjob *cronjob,
    const char *due, const char *good)
{
	struct buf remedy = { 0 };

	buf_addf(&remedy,
	    "kubectl -n %s get jobs and kubectl logs say why; its pods' "
	    "termination message is the reason",
	    cronjob->namespace);
	findings_tell(findings, FINDING_WARNING, remedy.data,
	    "%s: its run of %s did not succeed, the last one that did ended %s",
	    cronjob->which.data, due, good != NULL ? good : "never");
	buf_free(&remedy);
}

/* Did the last run that was due succeed, and was it the last? */
static void
check_runs(struct check *check, const struct cronjob *cronjob)
{
	struct findings *findings = &check->findings;
	const char *due = json_get_text(cronjob->status, "lastScheduleTime");
	const char *good = json_get_text(cronjob->status, "lastSuccessfulTime");
	bool is_running =
	    json_first(json_get(cronjob->status, "active")) != NULL;
	time_t due_at = 0, good_at = 0;
	bool has_run = due != NULL && clock_parse(due, &due_at);

	if (is_late(check, cronjob, has_run ? due_at : cronjob->made_at))
		say_late(findings, cronjob, has_run ? due : "never");
	else if (!has_run)
		say_no_run(findings, cronjob);
	if (has_run && !is_running &&
	    (good == NULL || !clock_parse(good, &good_at) || good_at < due_at))
		say_failure(findings, cronjob, due, good);
}

static void
check_one(struct check *check, const struct cJSON *object)
{
	const struct cJSON *metadata = json_get(object, "metadata");
	const struct cJSON *spec = json_get(object, "spec");
	const char *made = json_get_text(metadata, "creationTimestamp");
	struct cronjob cronjob = {
		.spec = spec,
		.status = json_get(object, "status"),
		.namespace = json_get_text(metadata, "namespace"),
		.name = json_get_text(metadata, "name"),
		.schedule = json_get_text(spec, "schedule"),
		.is_suspended = json_is_true(json_get(spec, "suspend")),
	};

	if (cronjob.namespace == NULL || cronjob.name == NULL ||
	    cronjob.schedule == NULL)
		return;
	buf_addf(&cronjob.which, "CronJob %s/%s", cronjob.namespace,
	    cronjob.name);
	if (made != NULL)
		(void)clock_parse(made, &cronjob.made_at);
	if (!cron_schedule_longest_gap_s(cronjob.schedule, &cronjob.gap_s))
		cronjob.gap_s = 0;
	check_start(&check->findings, &cronjob);
	check_schedule(&check->findings, &cronjob);
	check_runs(check, &cronjob);
	buf_free(&cronjob.which);
}

void
check_cronjobs(struct check *check, struct check_namespace *asked)
{
	const struct cJSON *cronjob;
	struct look look = { 0 };
	unsigned n = 0;

	findings_begin(&check->findings, "cronjob");
	look_finish(asked->cronjobs, &look);
	for (cronjob = look_first(&look); cronjob != NULL;
	    cronjob = json_next(cronjob))
		if (check_runs_us(pod_spec_of(cronjob))) {
			check_one(check, cronjob);
			n++;
		}
	if (look.err.kind != ERR_NONE)
		findings_note_by(&check->findings, &look.err,
		    "ask somebody who may list CronJobs");
	else if (n == 0)
		findings_tell(&check->findings, FINDING_NOTE,
		    "kubectl apply -f cronjob.yaml, unless another namespace "
		    "has it",
		    "%s: no CronJob there runs ecr-secret", asked->name);
	look_free(&look);
}
