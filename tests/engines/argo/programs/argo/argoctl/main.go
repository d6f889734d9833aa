// argoctl checks files as `argo lint --offline` does and acts on runs as `argo retry`, `stop` and the like do, on Argo's own client packages.
// Upstream's cmd/argo does not build from its Go module: the module lacks the bundle that its ui/embed.go embeds.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/argoproj/argo-workflows/v4/cmd/argo/lint"
	"github.com/argoproj/argo-workflows/v4/pkg/apiclient"
	wfapi "github.com/argoproj/argo-workflows/v4/pkg/apiclient/workflow"
	"github.com/argoproj/argo-workflows/v4/pkg/apis/workflow"
	"github.com/argoproj/argo-workflows/v4/util/logging"
	"k8s.io/client-go/tools/clientcmd"
)

type request struct {
	name, namespace, nodes string
	restart                bool
}

type action func(context.Context, wfapi.WorkflowServiceClient, request) error

var actions = map[string]action{
	"retry": func(ctx context.Context, runs wfapi.WorkflowServiceClient, r request) error {
		_, err := runs.RetryWorkflow(ctx, &wfapi.WorkflowRetryRequest{Name: r.name, Namespace: r.namespace, RestartSuccessful: r.restart, NodeFieldSelector: r.nodes})
		return err
	},
	"stop": func(ctx context.Context, runs wfapi.WorkflowServiceClient, r request) error {
		_, err := runs.StopWorkflow(ctx, &wfapi.WorkflowStopRequest{Name: r.name, Namespace: r.namespace, NodeFieldSelector: r.nodes})
		return err
	},
	"terminate": func(ctx context.Context, runs wfapi.WorkflowServiceClient, r request) error {
		_, err := runs.TerminateWorkflow(ctx, &wfapi.WorkflowTerminateRequest{Name: r.name, Namespace: r.namespace})
		return err
	},
	"suspend": func(ctx context.Context, runs wfapi.WorkflowServiceClient, r request) error {
		_, err := runs.SuspendWorkflow(ctx, &wfapi.WorkflowSuspendRequest{Name: r.name, Namespace: r.namespace})
		return err
	},
	"resume": func(ctx context.Context, runs wfapi.WorkflowServiceClient, r request) error {
		_, err := runs.ResumeWorkflow(ctx, &wfapi.WorkflowResumeRequest{Name: r.name, Namespace: r.namespace})
		return err
	},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "argoctl:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	verbs := strings.Join(slices.Sorted(maps.Keys(actions)), ", ")
	if len(args) < 2 {
		return fmt.Errorf("usage: argoctl lint FILE... | VERB [flags] NAME, with VERB one of %s", verbs)
	}
	ctx := logging.WithLogger(context.Background(), logging.NewSlogLogger(logging.Error, logging.Text))
	if args[0] == "lint" {
		return lintFiles(ctx, args[1:])
	}
	act, known := actions[args[0]]
	if !known {
		return fmt.Errorf("no verb %q; the verbs are lint, %s", args[0], verbs)
	}
	var r request
	flags := flag.NewFlagSet("argoctl "+args[0], flag.ExitOnError)
	flags.StringVar(&r.namespace, "n", "argo", "namespace of the run")
	flags.StringVar(&r.nodes, "nodes", "", "retry, stop: node field selector, such as displayName=a")
	flags.BoolVar(&r.restart, "restart-successful", false, "retry: restart the succeeded nodes that -nodes selects, too")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	r.name = flags.Arg(0)
	config := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), &clientcmd.ConfigOverrides{})
	ctx, client, err := apiclient.NewClientFromOptsWithContext(ctx, apiclient.Opts{ClientConfig: config})
	if err != nil {
		return err
	}
	return act(ctx, client.NewWorkflowServiceClient(ctx), r)
}

func lintFiles(ctx context.Context, files []string) error {
	ctx, client, err := apiclient.NewClientFromOptsWithContext(ctx, apiclient.Opts{Offline: true, OfflineFiles: files})
	if err != nil {
		return err
	}
	kinds := []string{workflow.WorkflowPlural, workflow.WorkflowTemplatePlural, workflow.CronWorkflowPlural, workflow.ClusterWorkflowTemplatePlural}
	return lint.RunLint(ctx, client, kinds, "simple", true, lint.LintOptions{Files: files, Strict: true, Printer: os.Stdout})
}
