// One binary that is a real Kubernetes API server with its etcd, or, when so
// told, the real controllers or kubectl: what the end-to-end tests run against.
//
//	apiserver serve ETCD-DIRECTORY [FLAG OF kube-apiserver]...
//	apiserver control [FLAG OF kube-controller-manager]...
//	apiserver kubectl [ARGUMENT]...
package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: apiserver serve|control|kubectl ...")
	}
	verb := os.Args[1]
	os.Args = append(os.Args[:1], os.Args[2:]...)
	switch verb {
	case "serve":
		serve()
	case "control":
		os.Exit(cli.Run(controllers.NewControllerManagerCommand()))
	case "kubectl":
		os.Args[0] = "kubectl"
		kubectlutil.CheckErr(cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()))
	default:
		fail("unknown: " + verb)
	}
}

// serve runs etcd on a socket that only this directory's owner reaches, and
// the API server until SIGTERM or SIGINT.
func serve() {
	if len(os.Args) < 2 {
		fail("usage: apiserver serve ETCD-DIRECTORY [FLAG]...")
	}
	dir := os.Args[1]
	store, address := startEtcd(dir)
	command := app.NewAPIServerCommand()
	command.SetArgs(append([]string{"--etcd-servers=" + address}, os.Args[2:]...))
	code := cli.Run(command)
	store.Close()
	os.Exit(code)
}

func startEtcd(dir string) (*embed.Etcd, string) {
	config := embed.NewConfig()
	config.Dir = filepath.Join(dir, "data")
	config.LogLevel = "error"
	// What a test writes need not outlive the machine.
	config.UnsafeNoFsync = true
	client := url.URL{Scheme: "unix", Path: filepath.Join(dir, "client.sock")}
	peer := url.URL{Scheme: "unix", Path: filepath.Join(dir, "peer.sock")}
	config.ListenClientUrls = []url.URL{client}
	config.AdvertiseClientUrls = config.ListenClientUrls
	config.ListenPeerUrls = []url.URL{peer}
	config.AdvertisePeerUrls = config.ListenPeerUrls
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	store, err := embed.StartEtcd(config)
	if err != nil {
		fail("etcd: " + err.Error())
	}
	<-store.Server.ReadyNotify()
	return store, client.String()
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(1)
}
