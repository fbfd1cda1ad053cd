/* What came of the run, and the exit code. */
#include "cmd/report.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

void
report_good(struct report *report, const struct report_secret *secret)
{
	long long registries = (long long)secret->registries;
	const char *outcome = secret->is_fresh ? "fresh" :
	    secret->is_dry_run                 ? "would be written (dry run)" :
						 "written";

	if (secret->is_fresh)
		report->fresh++;
	else
		report->written++;
	(void)snprintf(report->last, sizeof(report->last),
	    "%s/%s: %s, %lld %s, expires %s", secret->namespace, secret->name,
	    outcome, registries, registries == 1 ? "registry" : "registries",
	    secret->expires);
	log_event(LOG_INFO,
	    LOG_FIELDS({ "namespace", secret->namespace },
		{ "name", secret->name }, { "outcome", outcome },
		{ "registries", NULL, registries },
		{ "expires_at", secret->expires }),
	    "%s", report->last);
}

void
report_account(struct report *report, const struct report_account *account)
{
	const char *outcome =
	    account->is_dry_run ? "would be added (dry run)" : "added";

	report->accounts++;
	(void)snprintf(report->last, sizeof(report->last),
	    account->is_dry_run ?
		"%s/ServiceAccount %s: %s would be added to imagePullSecrets "
		"(dry run)" :
		"%s/ServiceAccount %s: added %s to imagePullSecrets",
	    account->namespace, account->name, account->secret);
	log_event(LOG_INFO,
	    LOG_FIELDS({ "namespace", account->namespace },
		{ "service_account", account->name },
		{ "name", account->secret }, { "outcome", outcome }),
	    "%s", report->last);
}

void
report_document(struct report *report, const struct report_document *document)
{
	const char *outcome = document->is_unchanged ? "unchanged" :
	    document->is_dry_run ? "would be written (dry run)" :
				   "written";

	if (document->is_unchanged)
		report->unchanged++;
	else
		report->written++;
	(void)snprintf(report->last, sizeof(report->last),
	    "%.300s: %s: %.3000s", document->name, outcome, document->details);
	log_event(LOG_INFO,
	    LOG_FIELDS({ "name", document->name }, { "outcome", outcome },
		{ "details", document->details }),
	    "%s", report->last);
}

void
report_failed(struct report *report, size_t order, const struct err *err)
{
	const struct err *worse = order < report->worst_order ?
	    err_worse(err, &report->worst) :
	    err_worse(&report->worst, err);

	report->failed++;
	if (worse == err) {
		report->worst = *err;
		report->worst_order = order;
	}
	(void)snprintf(report->last, sizeof(report->last), "error: %.4000s",
	    err->text);
	log_event(LOG_ERROR,
	    LOG_FIELDS({ "kind", err_kind_name(err->kind) },
		{ "exit_code", NULL, err_exit_code(err->kind) }),
	    "%s", err->text);
}

void
report_printed(struct report *report, const struct err *err)
{
	report->failed++;
	report->worst = *err;
	(void)snprintf(report->last, sizeof(report->last), "error: %.4000s",
	    err->text);
}

/* One event stands for itself; several are counted, and the worst is said. */
int
report_finish(struct report *report)
{
	int code = err_exit_code(report->worst.kind);
	long long written = (long long)report->written;
	long long fresh = (long long)report->fresh;
	long long unchanged = (long long)report->unchanged;
	long long accounts = (long long)report->accounts;
	long long failed = (long long)report->failed;
	const char *prefix = failed > 0 ? "error: " : "";

	if (written + fresh + unchanged + accounts + failed > 1) {
		char left[32] = "", same[32] = "", added[64] = "";

		if (fresh > 0)
			(void)snprintf(left, sizeof(left), ", %lld fresh",
			    fresh);
		if (unchanged > 0)
			(void)snprintf(same, sizeof(same), ", %lld unchanged",
			    unchanged);
		if (accounts > 0)
			(void)snprintf(added, sizeof(added),
			    ", added to %lld ServiceAccount%s", accounts,
			    accounts == 1 ? "" : "s");
		(void)snprintf(report->last, sizeof(report->last),
		    "%s%lld written%s%s%s, %lld failed%s%.3800s", prefix,
		    written, left, same, added, failed, failed > 0 ? ": " : "",
		    report->worst.text);
		log_event(failed > 0 ? LOG_ERROR : LOG_INFO,
		    LOG_FIELDS({ "written", NULL, written },
			{ "fresh", NULL, fresh },
			{ "unchanged", NULL, unchanged },
			{ "service_accounts", NULL, accounts },
			{ "failed", NULL, failed },
			{ "exit_code", NULL, code }),
		    "%s", report->last + strlen(prefix));
	}
	if (written + fresh + unchanged + accounts + failed > 0)
		log_termination(report->last);
	return code;
}
