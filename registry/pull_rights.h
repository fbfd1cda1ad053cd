/*
 * What a pull asks of ECR, and the name of our statement that allows it. By the
 * ECR User Guide, "Pulling an image".
 */
#ifndef REGISTRY_PULL_RIGHTS_H
#define REGISTRY_PULL_RIGHTS_H

#define PULL_SID "EcrSecretPull"
#define PULL_MANIFEST "ecr:BatchGetImage"
#define PULL_LAYER "ecr:GetDownloadUrlForLayer"
#define PULL_LOOK "ecr:BatchCheckLayerAvailability"

/* All three, and NULL behind them. */
extern const char *const pull_rights[];

#endif
