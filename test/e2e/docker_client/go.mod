// Docker's client of credential helpers, as published.
module ecr-secret/test/e2e/docker_client

go 1.21

require github.com/docker/docker-credential-helpers v0.9.5
