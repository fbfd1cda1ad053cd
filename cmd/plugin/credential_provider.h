/*
 * "ecr-secret credential-provider": kubelet's image credential provider, which
 * gets a request on standard input and answers on standard output. By
 * k8s.io/kubelet/pkg/apis/credentialprovider.
 *
 * Images of other registries get a well-formed answer without credentials.
 * A request with a ServiceAccount's token is answered by that alone: shown to
 * STS for the role of the ServiceAccount's annotation, else AWS_ECR_ROLE_ARN.
 */
#ifndef CMD_PLUGIN_CREDENTIAL_PROVIDER_H
#define CMD_PLUGIN_CREDENTIAL_PROVIDER_H

#include "cmd/command.h"

extern const struct command credential_provider_command;

#endif
