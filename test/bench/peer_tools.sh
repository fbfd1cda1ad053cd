#!/bin/bash
# One refresh as most CronJobs do it today: awscli for the token, kubectl for
# the Secret. Takes the variables that ecr-secret takes.
set -euo pipefail

account=$ECR_SECRET_SERVICE_ACCOUNT_DIR
password=$(aws ecr get-login-password --region "$AWS_REGION")
kubectl create secret docker-registry ecr-registry --dry-run=client -o json \
    --docker-server="$REGISTRY" --docker-username=AWS \
    --docker-password="$password" |
    kubectl apply --server-side --force-conflicts --validate=false -f - \
	--server="https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT" \
	--certificate-authority="$account/ca.crt" --token="$(<"$account/token")" \
	--namespace="$(<"$account/namespace")"
