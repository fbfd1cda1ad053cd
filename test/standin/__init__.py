"""Local stand-ins of AWS and of the Kubernetes API server, for tests and the demo."""
