/* What came of the run, and the exit code. */
#include "cmd/report.h"

#include <stdarg.h>
#include <stdio.h>

/*
 * An event waits until the next one comes: only then is it known whether it
 * was the last, which stands for the run.
 */
static void
flush(struct report *report)
{
	if (report->pending.len > 0)
		log_event(report->level, LOG_NO_FIELDS, "%s",
		    report->pending.data);
	buf_clear(&report->pending);
}

void
report_written(struct report *report, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	flush(report);
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_add_str(&report->pending, text);
	report->level = LOG_INFO;
	report->written++;
}

void
report_failed(struct report *report, const struct err *err)
{
	flush(report);
	buf_add_str(&report->pending, err->text);
	report->level = LOG_ERROR;
	report->worst = *err_worse(&report->worst, err);
	report->failed++;
}

int
report_finish(struct report *report)
{
	int code = err_exit_code(report->worst.kind);
	const struct log_field *fields = LOG_FIELDS({ "exit_code", NULL, code },
	    { "kind", err_kind_name(report->worst.kind) });

	if (report->written + report->failed > 1) {
		flush(report);
		log_final(report->failed > 0 ? LOG_ERROR : LOG_INFO, fields,
		    "%zu written, %zu failed: %s", report->written,
		    report->failed, err_kind_name(report->worst.kind));
	} else if (report->pending.len > 0) {
		log_final(report->level, fields, "%s", report->pending.data);
	}
	buf_free(&report->pending);
	return code;
}
