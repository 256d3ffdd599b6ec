import { dangerous, type Row, type Verb, writesFile } from "./row.ts";

const asks: Verb = { risk: "read", operands: "text" };

/** Containers and what runs in them, infrastructure. */
export const containers: readonly Row[] = [
	{
		names: "docker podman nerdctl",
		risk: "dangerous",
		reason: "works with containers",
		operands: "text",
		stops: true,
		options: {
			"-H= --host= -c= --context= --config= --url= --connection= --identity=": dangerous(
				"works with another machine",
				"text",
			),
		},
		valued: "-l --log-level --tlscacert --tlscert --tlskey",
		flags: "-D --debug --tls --tlsverify",
		asks: "-v",
		verbs: {
			"ps images version info logs top port diff history stats events": asks,
			inspect: { risk: "write", reason: "shows settings of containers, which may hold secrets", operands: "text" },
			"image container volume network system context manifest builder buildx": {
				risk: "dangerous",
				reason: "works with containers",
				operands: "text",
				stops: true,
				verbs: {
					"ls list history df port top logs version": asks,
					"inspect show": {
						risk: "write",
						reason: "shows settings of containers, which may hold secrets",
						operands: "text",
					},
				},
				anyVerb: { risk: "dangerous", reason: "works with containers", operands: "text" },
			},
			compose: {
				risk: "dangerous",
				reason: "runs containers that a file names",
				operands: "text",
				stops: true,
				valued: "-f -p --file --project-name --env-file --profile",
				verbs: {
					"ps ls images logs top port version": asks,
					"config convert": { risk: "write", reason: "shows settings, which may hold secrets", operands: "text" },
				},
				anyVerb: { risk: "dangerous", reason: "runs containers that a file names", operands: "text" },
			},
			"build pull search": {
				risk: "network",
				reason: "fetches images, and runs their builds",
				operands: "text",
				options: {
					"-o= --output=": writesFile,
					"--secret= --ssh= --build-arg= --allow= --network= --iidfile=": dangerous("lets a build reach more", "text"),
					"--push": dangerous("changes a registry"),
				},
			},
		},
		anyVerb: { risk: "dangerous", reason: "runs or changes containers", operands: "text" },
	},
	{
		names:
			"docker-compose podman-compose buildah skopeo ctr crictl lxc lxd incus multipass limactl colima minikube kind k3d vagrant virsh qemu-system-x86_64 VBoxManage packer distrobox toolbox wsl devcontainer",
		risk: "dangerous",
		reason: "works with containers or machines",
		operands: "text",
		verbs: { "ps ls list images version status logs --version": asks },
		anyVerb: { risk: "dangerous", reason: "works with containers or machines", operands: "text" },
	},
	{
		names: "kubectl oc k9s helm helmfile kustomize istioctl argocd flux stern kubectx kubens linkerd cilium",
		risk: "dangerous",
		reason: "changes a cluster",
		operands: "text",
		stops: true,
		options: { "--kubeconfig= --as= --token= -s= --server=": dangerous("reaches another cluster", "text") },
		valued: "-n --namespace --context --cluster",
		verbs: {
			version: asks,
			"get describe logs top explain api-resources api-versions cluster-info events list ls status history search show template diff":
				{
					risk: "network",
					reason: "reads from a cluster",
					operands: "text",
					valued: "-n -o -l --namespace --output --selector --context",
					judge: ({ operands, args }, judgement) => {
						if (operands.some(({ text }) => /^(secrets?|configmaps?|cm|all)\b|secret/i.test(text)))
							judgement.add("dangerous", "reads secrets of a cluster");
						if (args.some(({ text }) => /^--(post-renderer|raw)/.test(text)))
							judgement.add("dangerous", "runs another program, or asks for anything");
					},
				},
		},
		anyVerb: { risk: "dangerous", reason: "changes a cluster", operands: "text" },
	},
	{
		names:
			"terraform tofu terragrunt pulumi ansible ansible-playbook ansible-galaxy ansible-vault salt puppet chef-client cdk sam serverless sls skaffold tilt act copilot nomad consul cdktf",
		risk: "dangerous",
		reason: "changes machines and services",
		operands: "text",
		stops: true,
		verbs: {
			"version -version -v": asks,
			"fmt validate providers graph": {
				risk: "write",
				reason: "checks files of the project",
				operands: "text",
			},
			"plan init preview diff synth": {
				risk: "network",
				reason: "asks services what would change, by programs that the project names",
				operands: "text",
			},
		},
		anyVerb: { risk: "dangerous", reason: "changes machines and services", operands: "text" },
	},
];
