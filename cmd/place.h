/*
 * Where the Secrets are: the cluster that was named, a kubeconfig's or the one
 * around us, and the namespaces in it.
 */
#ifndef CMD_PLACE_H
#define CMD_PLACE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/http.h"
#include "base/list.h"
#include "cluster/api.h"
#include "cmd/eks_cluster.h"
#include "cmd/options/options.h"
#include "cmd/report.h"
#include "cmd/token_source.h"

/* All zeroes is none; it stays where it is. */
struct place {
	struct cluster cluster;
	struct eks_cluster eks; /* if it is one */
	struct cluster_api api;
	struct list namespaces;
	bool is_fan_out; /* they were listed */
};

/*
 * Finds the cluster; options and http are borrowed. Only EKS needs to know who
 * we are in AWS. Errors: as cluster_find, eks_cluster_find, cluster_api_open.
 */
int place_find_cluster(struct place *place, const struct options *options,
    struct token_source *source, struct http *http, struct err *err);

/*
 * Finds the namespaces: those that are named or match, else our own, never a
 * silent "default". Errors: as namespaces_find; ERR_USAGE when none is known.
 */
int place_find_namespaces(struct place *place, const struct options *options,
    struct report *report, struct err *err);

/*
 * Outside a pod, says where the run writes to: who is there may have more than
 * one cluster.
 */
void place_tell(const struct place *place);

/* After its http client. */
void place_close(struct place *place);

#endif
