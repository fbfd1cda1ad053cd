/*
 * The options: one table says each one's name, variable, familiar aliases,
 * default and help, and which commands take it. An option beats its
 * ECR_SECRET_* variable, which beats the aliases, which beat the default.
 */
#ifndef CMD_OPTIONS_OPTIONS_H
#define CMD_OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list.h"

/* Who asks on one side of replication, in place of profile and roles. */
struct option_side {
	char *profile; /* NULL: not given */
	struct list roles;
};

struct options {
	struct list arguments;  /* of the command: images, repositories */
	char *name;             /* of the Secret */
	struct list namespaces; /* and globs; empty: not given */
	bool all_namespaces;
	char *namespace_selector; /* NULL: not given */
	struct list excluded_namespaces;
	struct list service_accounts; /* "*": all */
	char *format;
	struct list registries; /* empty: the caller's own */
	bool any_host;
	bool all_hosts;
	char *profile;           /* NULL: not given */
	char *region;            /* NULL: not given */
	struct list roles;       /* to assume, one from the other */
	char *external_id;       /* of the last of them, or NULL */
	char *role_session_name; /* the same */
	bool merge;
	bool force;
	int64_t min_remaining_ms; /* 0: not given */
	char *verify;             /* an image to ask for, or NULL */
	bool dry_run;
	struct list to; /* who gets access, or where copies go */
	bool push;
	bool remove;
	bool show;
	bool iam;
	char *registry; /* ACCOUNT.REGION; NULL: the caller's own */
	int64_t parallel;
	int64_t timeout_ms;
	bool no_cache;
	char *kubeconfig;          /* NULL: not given */
	char *context;             /* the same */
	char *eks_cluster;         /* [REGION/]NAME, or NULL */
	char *eks_role_arn;        /* to ask it as, or NULL */
	char *service_account_dir; /* NULL: not given */
	bool is_json_output;
	struct list from;     /* accounts that may copy here */
	struct list prefixes; /* of repositories; empty: all */
	struct list statuses; /* images: are they copied? */
	int64_t wait_ms;      /* for that; 0: not given */
	bool list_unreplicated;
	struct option_side source;
	struct option_side destination;
	bool is_json_log;
	bool is_verbose;
	bool is_quiet;
	bool wants_help;
	bool wants_version;
	/* Of check alone: "name: prod (--name)", what was said, and where. */
	struct list settings;
};

struct command;

/*
 * Reads the command line behind the command's name, and the environment: the
 * command's own options, and the variables of those. What is wrong is named by
 * the option or variable that said it: ERR_USAGE. *options is to be freed with
 * options_free on success and failure; on failure the log options are set as
 * far as they were understood.
 */
int options_read(const struct command *command, char **argv,
    struct options *options, struct err *err);

/* Prints the command's help to standard output. */
void options_print_help(const struct command *command);

void options_free(struct options *options);

#endif
