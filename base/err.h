/*
 * What went wrong, in the operator's terms: a kind, which fixes the exit code
 * (the table in the man page and in cronjob.yaml), and one line of text.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

enum {
	ERR_TEXT_MAX = 4096, /* a termination message may be no longer */
};

enum err_kind {
	ERR_NONE,    /* 0: nothing went wrong */
	ERR_USAGE,   /* 64: a bad option, argument or ECR_SECRET_* value */
	ERR_REFUSED, /* 69: the asked-for thing is missing or can't be */
	ERR_BUG,     /* 70: an internal check failed */
	ERR_SYSTEM,  /* 71: memory, descriptors, standard output */
	ERR_RETRY,   /* 75: the same run may succeed later */
	ERR_DATA,    /* 76: an answer that makes no sense */
	ERR_DENIED,  /* 77: AWS or Kubernetes said no */
	ERR_CONFIG,  /* 78: credentials or the environment are not in order */
	ERR__N
};

struct err {
	enum err_kind kind;
	char text[ERR_TEXT_MAX];
	size_t hint_at; /* where in text its remedies begin; 0: it has none */
};

/*
 * Sets kind and text. Control characters, as a server may send them, become
 * spaces, so that the text stays one line. Returns -1: "return err_set(...)".
 */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " before the text. */
void err_wrap(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts a remedy behind the text: "; remedy". */
void err_hint(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The two parts of the text: its remedies, "" if it has none, and how long it
 * is without them, as "%.*s" takes it.
 */
const char *err_remedy(const struct err *err);
int err_sentence_len(const struct err *err);

/* The exit code of a kind, and its name in JSON logs: "try again". */
int err_exit_code(enum err_kind kind);
const char *err_kind_name(enum err_kind kind);

/*
 * Of two failures, the one that decides the exit code: worth a retry beats
 * not worth one, else the first.
 */
const struct err *err_worse(const struct err *first, const struct err *second);

/* Prints where it happened and exits with 70. */
_Noreturn void err_bug(const char *file, int line, const char *condition);

/* For our own mistakes; never for what a server or the environment can do. */
#define BUG_IF(condition)                                        \
	do {                                                     \
		if (condition)                                   \
			err_bug(__FILE__, __LINE__, #condition); \
	} while (0)

#endif
