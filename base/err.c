/* Errors: kinds, their exit codes, and text that stays one line. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

static const struct {
	int exit_code;
	const char *name;
} kinds[] = {
	[ERR_NONE] = { 0, "ok" },
	[ERR_USAGE] = { 64, "usage" },
	[ERR_REFUSED] = { 69, "refused" },
	[ERR_BUG] = { 70, "bug" },
	[ERR_SYSTEM] = { 71, "system" },
	[ERR_RETRY] = { 75, "try again" },
	[ERR_DATA] = { 76, "protocol" },
	[ERR_DENIED] = { 77, "denied" },
	[ERR_CONFIG] = { 78, "configuration" },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == ERR__N,
    "a kind has no exit code");

int
err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	err->kind = kind;
	err->hint_at = 0;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	text_flatten(err->text);
	return -1;
}

void
err_wrap(struct err *err, const char *fmt, ...)
{
	char old[ERR_TEXT_MAX];
	size_t len;
	va_list ap;

	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	(void)snprintf(err->text + len, sizeof(err->text) - len, ": %s", old);
	if (err->hint_at > 0)
		err->hint_at += len + strlen(": ");
	if (err->hint_at >= strlen(err->text)) /* they are cut off */
		err->hint_at = 0;
	text_flatten(err->text);
}

void
err_hint(struct err *err, const char *fmt, ...)
{
	size_t len = strlen(err->text);
	va_list ap;

	(void)snprintf(err->text + len, sizeof(err->text) - len, "; ");
	len = strlen(err->text);
	va_start(ap, fmt);
	(void)vsnprintf(err->text + len, sizeof(err->text) - len, fmt, ap);
	va_end(ap);
	if (err->hint_at == 0 && err->text[len] != '\0')
		err->hint_at = len;
	text_flatten(err->text);
}

const char *
err_remedy(const struct err *err)
{
	return err->hint_at == 0 ? "" : err->text + err->hint_at;
}

int
err_sentence_len(const struct err *err)
{
	return (int)(err->hint_at == 0 ? strlen(err->text) :
					 err->hint_at - strlen("; "));
}

int
err_exit_code(enum err_kind kind)
{
	BUG_IF(kind >= ERR__N);
	return kinds[kind].exit_code;
}

const char *
err_kind_name(enum err_kind kind)
{
	BUG_IF(kind >= ERR__N);
	return kinds[kind].name;
}

const struct err *
err_worse(const struct err *first, const struct err *second)
{
	if (first->kind == ERR_NONE)
		return second;
	if (second->kind == ERR_RETRY && first->kind != ERR_RETRY)
		return second;
	return first;
}

void
err_bug(const char *file, int line, const char *condition)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "bug: %s:%d: %s; please report it",
	    file, line, condition);
	log_last_words(text);
	_exit(err_exit_code(ERR_BUG));
}
