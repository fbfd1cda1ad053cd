/* What "ecr-secret check" finds, and how it is printed. */
#include "cmd/check/findings.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *word; /* in JSON */
	const char *text; /* at a line's beginning */
} marks[] = {
	[FINDING_OK] = { "ok", "ok   " },
	[FINDING_NOTE] = { "note", "note " },
	[FINDING_WARNING] = { "warning", "WARN " },
	[FINDING_FAILED] = { "failed", "FAIL " },
};

void
findings_begin(struct findings *findings, const char *step)
{
	findings->step = step;
	findings->is_titled = false;
}

static void
add_json(struct findings *findings, enum finding_mark mark,
    const struct err *err, const char *remedy)
{
	struct buf *json = &findings->json;

	buf_add_str(json, json->len > 0 ? "," : "");
	buf_add_str(json, "{\"step\":");
	buf_add_json(json, findings->step);
	buf_add_json_member(json, "mark", marks[mark].word);
	if (mark == FINDING_FAILED)
		buf_add_json_member(json, "kind", err_kind_name(err->kind));
	buf_add_json_member(json, "text", err->text);
	buf_add_json_member(json, "remedy", remedy);
	buf_add_str(json, "}");
}

static void
print(struct findings *findings, enum finding_mark mark, const char *text,
    const char *remedy)
{
	if (findings->is_quiet && mark < FINDING_WARNING)
		return;
	if (!findings->is_titled)
		(void)printf("%s\n", findings->step);
	findings->is_titled = true;
	(void)printf("  %s %s\n", marks[mark].text, text);
	if (remedy != NULL)
		(void)printf("        -> %s\n", remedy);
	(void)fflush(stdout); /* the next step may take its time */
}

/* Every finding ends here; err is its kind and its sentence, as one line. */
static void
add(struct findings *findings, enum finding_mark mark, const struct err *err,
    const char *remedy)
{
	struct err line = { 0 };

	BUG_IF(mark != FINDING_OK && (remedy == NULL || remedy[0] == '\0'));
	if (remedy != NULL) {
		(void)err_set(&line, ERR_NONE, "%s", remedy);
		remedy = line.text;
	}
	if (findings->is_json)
		add_json(findings, mark, err, remedy);
	else
		print(findings, mark, err->text, remedy);
	findings->warnings += mark == FINDING_WARNING;
	findings->failed += mark == FINDING_FAILED;
	if (mark == FINDING_FAILED && findings->first.kind == ERR_NONE) {
		findings->first = *err;
		err_hint(&findings->first, "%s", remedy);
	}
}

/* Sets a sentence; controls become spaces there. */
static void __attribute__((format(printf, 3, 0)))
set(struct err *err, enum err_kind kind, const char *fmt, va_list args)
{
	char text[ERR_TEXT_MAX];

	(void)vsnprintf(text, sizeof(text), fmt, args);
	(void)err_set(err, kind, "%s", text);
}

void
findings_ok(struct findings *findings, const char *fmt, ...)
{
	struct err err = { 0 };
	va_list args;

	va_start(args, fmt);
	set(&err, ERR_NONE, fmt, args);
	va_end(args);
	add(findings, FINDING_OK, &err, NULL);
}

void
findings_tell(struct findings *findings, enum finding_mark mark,
    const char *remedy, const char *fmt, ...)
{
	struct err err = { 0 };
	va_list args;

	BUG_IF(mark == FINDING_FAILED);
	va_start(args, fmt);
	set(&err, ERR_NONE, fmt, args);
	va_end(args);
	add(findings, mark, &err, remedy);
}

void
findings_fail(struct findings *findings, enum err_kind kind, const char *remedy,
    const char *fmt, ...)
{
	struct err err = { 0 };
	va_list args;

	va_start(args, fmt);
	set(&err, kind, fmt, args);
	va_end(args);
	add(findings, FINDING_FAILED, &err, remedy);
}

/* The sentence of an error, and its remedies apart. */
static void
add_err(struct findings *findings, enum finding_mark mark,
    const struct err *err, const char *remedy)
{
	struct err sentence = { 0 };
	const char *own = err_remedy(err);

	(void)err_set(&sentence, err->kind, "%.*s", err_sentence_len(err),
	    err->text);
	add(findings, mark, &sentence, own[0] != '\0' ? own : remedy);
}

void
findings_fail_by(struct findings *findings, const struct err *err,
    const char *remedy)
{
	add_err(findings, FINDING_FAILED, err, remedy);
}

void
findings_note_by(struct findings *findings, const struct err *err,
    const char *remedy)
{
	add_err(findings, FINDING_NOTE, err, remedy);
}

void
findings_end(struct findings *findings)
{
	if (findings->is_json)
		(void)printf("{\"exitCode\":%d,\"findings\":[%s]}\n",
		    err_exit_code(findings->first.kind),
		    buf_str(&findings->json));
	else if (findings->failed + findings->warnings > 0)
		(void)printf("%u failed, %u warning%s\n", findings->failed,
		    findings->warnings, findings->warnings == 1 ? "" : "s");
	else if (!findings->is_quiet)
		(void)printf("nothing to mend\n");
	buf_free(&findings->json);
}
