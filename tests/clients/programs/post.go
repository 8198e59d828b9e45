// Posts the transaction with Go's net/http.
package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
)

func main() {
	var body map[string]any
	if err := json.Unmarshal([]byte(os.Args[4]), &body); err != nil {
		panic(err)
	}
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(body); err != nil {
		panic(err)
	}
	request, err := http.NewRequest(http.MethodPost, os.Args[1], &text)
	if err != nil {
		panic(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Api-Key", os.Args[2])
	request.Header.Set("Idempotency-Key", os.Args[3])
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	answer.Body.Close()
}
