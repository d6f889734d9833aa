"""Files for Step Functions of a generated flow, beside Metaflow's for the same flow: python benchmarks/stepfunctions_file.py [--steps 300].

Metaflow's side is its own command `step-functions create --only-json`, once, against services of moto on loopback: minutes for 300 steps.
Bytes are of compact JSON, as Step Functions gets it.
"""

import argparse
import json
import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

import flows
from measure import METAFLOW, MISSED, REPO, Cost, interleaved, machine, once, verdict

sys.path[:0] = [str(REPO / "tests/engines/s3"), str(REPO / "tests/engines/airflow")]

IMAGE = "registry.example/flows:1"
QUEUE = "flows"
ROLE = "arn:aws:iam::123456789012:role/flows"
COMPILE = [
    sys.executable,
    "-m",
    "flowc",
    "compile",
    "--no-cache",
    "--target",
    "stepfunctions",
    "--image",
    IMAGE,
    "--root",
    "s3://flows/flowc",
]


def our_bytes(folder: Path) -> int:
    """Return the bytes of the one definition in a folder that flowc wrote."""
    (path,) = folder.rglob("state-machine.asl.json")
    return len(json.dumps(json.loads(path.read_text()), separators=(",", ":")))


def theirs(home: Path, steps: int) -> tuple[Cost, int]:
    """Return what Metaflow's command costs, and the bytes of its definition. Raises RuntimeError where it fails."""
    from s3_servers import s3_server

    flow = flows.write(home / "theirs", "flow_file.py", flows.linear(steps, module="metaflow"))
    with s3_server("moto", home / "s3") as server:
        server.make_bucket("flows")
        make_queue(server.url)
        known = {
            "HOME": str(home),
            "AWS_ENDPOINT_URL": server.url,
            "METAFLOW_HOME": str(home),
            "METAFLOW_USER": "bench",
            "METAFLOW_S3_ENDPOINT_URL": server.url,
            "METAFLOW_DATASTORE_SYSROOT_S3": "s3://flows/metaflow",
            "METAFLOW_BATCH_CONTAINER_IMAGE": IMAGE,
            "METAFLOW_BATCH_JOB_QUEUE": QUEUE,
            **dict.fromkeys(("METAFLOW_SFN_IAM_ROLE", "METAFLOW_ECS_S3_ACCESS_IAM_ROLE", "METAFLOW_ECS_FARGATE_EXECUTION_ROLE"), ROLE),
        }
        said = home / "theirs.json"
        command = [
            METAFLOW,
            str(flow),
            *["--no-pylint", "--datastore", "s3", "--metadata", "local", "--with", "batch", "step-functions", "create", "--only-json"],
        ]
        environment = {**os.environ, **server.environment, **known}
        cost = once(["sh", "-c", f'exec "$0" "$@" > {shlex.quote(str(said))}', *command], env=environment, cwd=home)
    text = said.read_text()
    return cost, len(json.dumps(json.JSONDecoder().raw_decode(text[text.find("{") :])[0], separators=(",", ":")))


def make_queue(url: str) -> None:
    """Make what Metaflow looks at before it writes a definition: a queue, and what is behind it."""
    import boto3

    def client(service: str) -> Any:
        return boto3.client(service, endpoint_url=url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")

    client("iam").create_role(RoleName=ROLE.rpartition("/")[2], AssumeRolePolicyDocument="{}")
    subnets = [client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]]
    groups = [client("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]]
    resources = {"type": "FARGATE", "maxvCpus": 4, "subnets": subnets, "securityGroupIds": groups}
    batch = client("batch")
    made = batch.create_compute_environment(
        computeEnvironmentName="machines", type="MANAGED", state="ENABLED", serviceRole=ROLE, computeResources=resources
    )
    order = [{"order": 1, "computeEnvironment": made["computeEnvironmentArn"]}]
    batch.create_job_queue(jobQueueName=QUEUE, state="ENABLED", priority=1, computeEnvironmentOrder=order)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--steps", type=int, default=300)
    given = options.parse_args()
    print(f"files for Step Functions; {machine()}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        path = flows.write(home / "ours", "flow.py", flows.linear(given.steps))
        command = [*COMPILE, "--set", f"stepfunctions.job_queue={QUEUE}", str(path), "-o", str(home / "out")]
        cost = interleaved({"ours": command}, runs=given.runs)["ours"]
        size = our_bytes(home / "out") / given.steps
        print(f"  {given.steps} steps: {size:.0f} bytes a step, {cost.cpu:.2f} s CPU to compile")
        held = verdict("bytes a step", size, 1000)
        if not Path(METAFLOW).exists():
            print(f"  Metaflow is not installed at {METAFLOW}: `make engines` installs it; its figures are left out")
            return 0 if held else MISSED
        their_cost, their_size = theirs(home, given.steps)
        print(f"  Metaflow: {their_size / given.steps:.0f} bytes a step, {their_cost.cpu:.1f} s CPU")
        held &= verdict("CPU to compile / Metaflow", cost.cpu / their_cost.cpu, 1 / 50)
        held &= verdict("bytes a step / Metaflow", size * given.steps / their_size, 1 / 3)
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
