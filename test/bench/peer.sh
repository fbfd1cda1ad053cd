#!/bin/bash
# One refresh as a lean shell script does it: a role from STS, curl signs the
# token call, the Secret is read and applied. Takes ecr-secret's variables.
set -euo pipefail

account=$ECR_SECRET_SERVICE_ACCOUNT_DIR
namespace=$(<"$account/namespace")
secret=https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/api/v1/namespaces/$namespace/secrets/ecr-registry

# ask CA [OPTION]...: what is secret goes through standard input, not argv.
ask() {
	curl --silent --show-error --fail --config - --cacert "$@"
}

# member NAME: the text of a member of the answer.
member() {
	[[ $answer =~ \"$1\":\ ?\"([^\"]+)\" ]]
	member=${BASH_REMATCH[1]}
}

answer=$(ask "$AWS_CA_BUNDLE" --header 'Accept: application/json' \
    --data-urlencode "RoleArn=$AWS_ROLE_ARN" \
    --data-urlencode "WebIdentityToken@$AWS_WEB_IDENTITY_TOKEN_FILE" \
    --data 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=peer' \
    "$AWS_ENDPOINT_URL_STS" </dev/null)
member AccessKeyId && key=$member
member SecretAccessKey && key=$key:$member
member SessionToken && session=$member

answer=$(ask "$AWS_CA_BUNDLE" --aws-sigv4 "aws:amz:$AWS_REGION:ecr" \
    --header 'Content-Type: application/x-amz-json-1.1' \
    --header 'X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken' \
    --data '{}' "$AWS_ENDPOINT_URL_ECR" <<END
user = "$key"
header = "X-Amz-Security-Token: $session"
END
)
member authorizationToken && auth=$member
member proxyEndpoint && host=${member#https://}
config=$(base64 -w 0 <<<"{\"auths\":{\"$host\":{\"auth\":\"$auth\"}}}")

bearer="header = \"Authorization: Bearer $(<"$account/token")\""
body="{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"ecr-registry\"},\
\"type\":\"kubernetes.io/dockerconfigjson\",\"data\":{\".dockerconfigjson\":\"$config\"}}"
# One curl, so that the read and the apply share a connection.
ask "$account/ca.crt" --output /dev/null "$secret" \
    --next --silent --show-error --fail --cacert "$account/ca.crt" \
    --config <(echo "$bearer") --output /dev/null --request PATCH \
    --header 'Content-Type: application/apply-patch+yaml' \
    --data-binary @<(echo "$body") \
    "$secret?fieldManager=ecr-secret" <<<"$bearer"
