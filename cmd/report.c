/* What came of the run, and the exit code. */
#include "cmd/report.h"

#include <string.h>

static void
clear(struct report *report)
{
	buf_clear(&report->text);
	list_free(&report->values);
	memset(report->fields, 0, sizeof(report->fields));
}

/*
 * An event waits until the next one comes: only then is it known whether it
 * was the last, which stands for the run.
 */
static void
flush(struct report *report)
{
	if (report->text.len > 0)
		log_event(report->level, report->fields, "%s",
		    report->text.data);
	clear(report);
}

static void
add_field(struct report *report, const char *name, const char *text,
    size_t number)
{
	struct log_field *field = report->fields;

	while (field->name != NULL)
		field++;
	BUG_IF(field == report->fields + REPORT_FIELDS_MAX);
	field->name = name;
	field->number = (long long)number;
	if (text == NULL)
		return;
	list_add(&report->values, text);
	field->text = report->values.items[report->values.n - 1];
}

void
report_written(struct report *report, const struct report_secret *secret)
{
	flush(report);
	report->written++;
	report->level = LOG_INFO;
	buf_addf(&report->text, "%s/%s: %s, %zu %s, expires %s",
	    secret->namespace, secret->name,
	    secret->is_dry_run ? "would be written (dry run)" : "written",
	    secret->registries,
	    secret->registries == 1 ? "registry" : "registries",
	    secret->expires);
	add_field(report, "namespace", secret->namespace, 0);
	add_field(report, "name", secret->name, 0);
	add_field(report, "registries", NULL, secret->registries);
	add_field(report, "expires_at", secret->expires, 0);
}

void
report_failed(struct report *report, const struct err *err)
{
	flush(report);
	report->failed++;
	report->worst = *err_worse(&report->worst, err);
	report->level = LOG_ERROR;
	buf_add_str(&report->text, err->text);
	add_field(report, "kind", err_kind_name(err->kind), 0);
	add_field(report, "exit_code", NULL, (size_t)err_exit_code(err->kind));
}

int
report_finish(struct report *report)
{
	int code = err_exit_code(report->worst.kind);

	if (report->written + report->failed > 1) {
		flush(report);
		report->level = report->failed > 0 ? LOG_ERROR : LOG_INFO;
		buf_addf(&report->text, "%zu written, %zu failed: %s",
		    report->written, report->failed,
		    err_kind_name(report->worst.kind));
		add_field(report, "written", NULL, report->written);
		add_field(report, "failed", NULL, report->failed);
		add_field(report, "exit_code", NULL, (size_t)code);
	}
	if (report->text.len > 0)
		log_final(report->level, report->fields, "%s",
		    report->text.data);
	clear(report);
	buf_free(&report->text);
	return code;
}
