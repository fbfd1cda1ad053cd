/* What came of the run, and the exit code. */
#include "cmd/report.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

void
report_written(struct report *report, const struct report_secret *secret)
{
	long long registries = (long long)secret->registries;

	report->written++;
	(void)snprintf(report->last, sizeof(report->last),
	    "%s/%s: %s, %lld %s, expires %s", secret->namespace, secret->name,
	    secret->is_dry_run ? "would be written (dry run)" : "written",
	    registries, registries == 1 ? "registry" : "registries",
	    secret->expires);
	log_event(LOG_INFO,
	    LOG_FIELDS({ "namespace", secret->namespace },
		{ "name", secret->name }, { "registries", NULL, registries },
		{ "expires_at", secret->expires }),
	    "%s", report->last);
}

void
report_failed(struct report *report, const struct err *err)
{
	report->failed++;
	report->worst = *err_worse(&report->worst, err);
	(void)snprintf(report->last, sizeof(report->last), "error: %.4000s",
	    err->text);
	log_event(LOG_ERROR,
	    LOG_FIELDS({ "kind", err_kind_name(err->kind) },
		{ "exit_code", NULL, err_exit_code(err->kind) }),
	    "%s", err->text);
}

/* One event stands for itself; several are counted, and the worst is said. */
int
report_finish(struct report *report)
{
	int code = err_exit_code(report->worst.kind);
	long long written = (long long)report->written;
	long long failed = (long long)report->failed;
	const char *prefix = failed > 0 ? "error: " : "";

	if (written + failed > 1) {
		(void)snprintf(report->last, sizeof(report->last),
		    "%s%lld written, %lld failed%s%.3900s", prefix, written,
		    failed, failed > 0 ? ": " : "", report->worst.text);
		log_event(failed > 0 ? LOG_ERROR : LOG_INFO,
		    LOG_FIELDS({ "written", NULL, written },
			{ "failed", NULL, failed },
			{ "exit_code", NULL, code }),
		    "%s", report->last + strlen(prefix));
	}
	if (written + failed > 0)
		log_termination(report->last);
	return code;
}
