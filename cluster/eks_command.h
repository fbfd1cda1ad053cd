/*
 * Commands that print an EKS token: "aws eks get-token", as "aws eks
 * update-kubeconfig" writes it, and "aws-iam-authenticator token". Such a token
 * is a presigned URL, which we make ourselves. Pure.
 */
#ifndef CLUSTER_EKS_COMMAND_H
#define CLUSTER_EKS_COMMAND_H

#include <stdbool.h>

#include "base/list.h"
#include "cluster/api.h"

/*
 * Is it such a command, and are all of its words and settings ("NAME=value")
 * understood? Then *eks, empty before, has what they say; else it is left
 * alone, and the program is the one to ask.
 */
bool eks_command_read(const struct list *words, const struct list *settings,
    struct cluster_eks *eks);

#endif
