// Docker's own client of credential helpers, one call of it:
//
//	docker_client HELPER get|erase URL
//	docker_client HELPER store URL USER SECRET
//	docker_client HELPER list
//
// Prints what came of it as JSON: {"result", "error", "is_not_found"}.
package main

import (
	"encoding/json"
	"os"

	"github.com/docker/docker-credential-helpers/client"
	"github.com/docker/docker-credential-helpers/credentials"
)

type outcome struct {
	Result     any    `json:"result"`
	Error      string `json:"error"`
	IsNotFound bool   `json:"is_not_found"`
}

func call(helper client.ProgramFunc, verb string, words []string) (any, error) {
	switch verb {
	case "get":
		return client.Get(helper, words[0])
	case "erase":
		return nil, client.Erase(helper, words[0])
	case "store":
		login := credentials.Credentials{ServerURL: words[0], Username: words[1], Secret: words[2]}
		return nil, client.Store(helper, &login)
	default:
		return client.List(helper)
	}
}

func main() {
	helper := client.NewShellProgramFunc(os.Args[1])
	result, err := call(helper, os.Args[2], os.Args[3:])
	said := outcome{Result: result}
	if err != nil {
		said.Error = err.Error()
		said.IsNotFound = credentials.IsErrCredentialsNotFound(err)
	}
	text, _ := json.Marshal(said)
	os.Stdout.Write(append(text, '\n'))
}
