/* check: will the Secret be refreshed in time? */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cluster/cron_schedule.h"
#include "cmd/check.h"

enum {
	TOKEN_LIFE_S = 12 * 60 * 60,
};

bool
check_runs_us(const struct cJSON *spec)
{
	const struct cJSON *container =
	    json_first(json_get(spec, "containers"));

	for (; container != NULL; container = json_next(container)) {
		const char *image = json_get_text(container, "image");
		const char *command =
		    json_text(json_first(json_get(container, "command")));

		if ((image != NULL && strstr(image, "ecr-secret") != NULL) ||
		    (command != NULL && strstr(command, "ecr-secret") != NULL))
			return true;
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
check_schedule(struct findings *findings, const char *which,
    const char *schedule)
{
	static const char remedy[] =
	    "every 4 hours, schedule: \"37 */4 * * *\", or every 10 minutes "
	    "with --min-remaining 6h";
	int64_t gap_s;

	if (!cron_schedule_longest_gap_s(schedule, &gap_s))
		findings_tell(findings, FINDING_WARNING, remedy,
		    "%s: its schedule \"%.100s\" never comes", which, schedule);
	else if (gap_s >= TOKEN_LIFE_S)
		findings_tell(findings, FINDING_WARNING, remedy,
		    "%s: by \"%.100s\" it pauses for %lld hours, and a token "
		    "lives for 12",
		    which, schedule, (long long)(gap_s / 3600));
	else if (gap_s > TOKEN_LIFE_S / 2)
		findings_tell(findings, FINDING_WARNING, remedy,
		    "%s: by \"%.100s\" it pauses for %lld hours: one run that "
		    "fails, and the token has expired",
		    which, schedule, (long long)(gap_s / 3600));
	else
		findings_ok(findings,
		    "%s: runs by \"%.100s\", often enough for a token's 12 "
		    "hours",
		    which, schedule);
}

/* Did the last run that was due succeed? */
static void
check_runs(struct check *check, const struct cJSON *cronjob, const char *which)
{
	const struct cJSON *status = json_get(cronjob, "status");
	const char *due = json_get_text(status, "lastScheduleTime");
	const char *good = json_get_text(status, "lastSuccessfulTime");
	bool is_running = json_first(json_get(status, "active")) != NULL;
	time_t due_at, good_at = 0;

	if (due == NULL || !clock_parse(due, &due_at))
		findings_tell(&check->findings, FINDING_NOTE,
		    "wait for its first run, or start one: kubectl create job "
		    "--from=cronjob/NAME NEW-NAME",
		    "%s has not run yet", which);
	else if ((good == NULL || !clock_parse(good, &good_at) ||
		     good_at < due_at) &&
	    !is_running)
		findings_tell(&check->findings, FINDING_WARNING,
		    "kubectl get jobs and kubectl logs say why; its pods' "
		    "termination message is the reason",
		    "%s: its run of %s did not succeed, the last one that did "
		    "ended %s",
		    which, due, good != NULL ? good : "never");
}

static void
check_one(struct check *check, const struct cJSON *cronjob)
{
	const struct cJSON *metadata = json_get(cronjob, "metadata");
	const struct cJSON *spec = json_get(cronjob, "spec");
	const char *namespace = json_get_text(metadata, "namespace");
	const char *name = json_get_text(metadata, "name");
	const char *schedule = json_get_text(spec, "schedule");
	struct buf which = { 0 }, resume = { 0 };

	if (namespace == NULL || name == NULL || schedule == NULL)
		return;
	buf_addf(&which, "CronJob %s/%s", namespace, name);
	buf_addf(&resume,
	    "kubectl -n %s patch cronjob %s -p "
	    "'{\"spec\":{\"suspend\":false}}'",
	    namespace, name);
	if (json_is_true(json_get(spec, "suspend")))
		findings_tell(&check->findings, FINDING_WARNING, resume.data,
		    "%s is suspended: nobody refreshes the Secret", which.data);
	check_schedule(&check->findings, which.data, schedule);
	check_runs(check, cronjob, which.data);
	buf_free(&which);
	buf_free(&resume);
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
