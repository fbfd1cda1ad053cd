// Kubelet's own client of image credential providers, with a configuration and
// a folder of plugins, as kubelet is given them:
//
//	credentials CONFIG BIN-DIR IMAGE...
//
// Prints a line of JSON for each image: {"image", "auths": [{"user", "password"}]}.
// With TOKEN set, pods have a ServiceAccount with that token, and with the
// annotations of ANNOTATIONS, which is JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
)

type auth struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

type found struct {
	Image string `json:"image"`
	Auths []auth `json:"auths"`
}

func token(_, _ string, _ *authenticationv1.TokenRequest) (*authenticationv1.TokenRequest, error) {
	request := &authenticationv1.TokenRequest{}
	request.Status.Token = os.Getenv("TOKEN")
	return request, nil
}

func account(namespace, name string) (*corev1.ServiceAccount, error) {
	annotations := map[string]string{}
	if text := os.Getenv("ANNOTATIONS"); text != "" {
		if err := json.Unmarshal([]byte(text), &annotations); err != nil {
			return nil, err
		}
	}
	meta := metav1.ObjectMeta{Namespace: namespace, Name: name, UID: "u", Annotations: annotations}
	return &corev1.ServiceAccount{ObjectMeta: meta}, nil
}

func main() {
	if len(os.Args) < 4 {
		fail("usage: credentials CONFIG BIN-DIR IMAGE...")
	}
	if err := plugin.RegisterCredentialProviderPlugins(os.Args[1], os.Args[2], token, account); err != nil {
		fail(err.Error())
	}
	keyring := plugin.NewExternalCredentialProviderDockerKeyring("apps", "pod", "p", "app")
	for _, image := range os.Args[3:] {
		answers, _ := keyring.Lookup(image)
		line := found{Image: image, Auths: []auth{}}
		for _, answer := range answers {
			line.Auths = append(line.Auths, auth{answer.Username, answer.Password})
		}
		text, _ := json.Marshal(line)
		fmt.Println(string(text))
	}
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(1)
}
