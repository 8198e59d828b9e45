//go:build tools

// Package engine pins the Pulumi CLI that the local lane builds.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
