//go:build tools

// Package language pins the Python language host that the local lane builds.
package language

import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
