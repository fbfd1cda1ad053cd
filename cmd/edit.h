/*
 * A document that ECR replaces as a whole: it is read, changed, written, and
 * read back, since there is no conditional write. Where it then is not as
 * wanted, it is mended from what was read.
 */
#ifndef CMD_EDIT_H
#define CMD_EDIT_H

#include <stdbool.h>

#include "aws/ecr_registry.h"

enum edit_kind {
	EDIT_POLICY, /* of a repository, or of the registry */
	EDIT_REPLICATION,
	EDIT__N
};

/* One document, and what is to be done to it. Borrowed. */
struct edit {
	const char *what; /* for messages: "team/app" */
	const struct ecr_resource *resource;
	enum edit_kind kind;
	int (*change)(const void *wish, struct cJSON *document,
	    struct err *err);
	const void *wish; /* change's own */
	bool is_dry_run;  /* print what would change, and leave it */
};

/*
 * Changes the document unless it is as wanted already; *document is what is
 * there then, or would be, to be freed with json_free. Where somebody else
 * writes at the same time, their document is changed as well; what they wrote
 * between our read and our write is lost. Errors, with what before them: as
 * change, and as what reads and writes it; ERR_REFUSED for a policy that would
 * be too long, or would lock its owner out; ERR_RETRY when somebody goes on
 * writing.
 */
int edit_document(const struct edit *edit, struct cJSON **document,
    bool *is_changed, struct err *err);

#endif
