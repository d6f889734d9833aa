"""Where DAG files go: a folder of this machine, or a prefix of a bucket. Only what this leads to touches the world."""

from pathlib import Path

from flowc.backends.airflow.dag_folder import FolderDeployer
from flowc.backends.airflow.options import read_site
from flowc.backends.deploying import Deployer
from flowc.errors import UsageError
from flowc.settings import Settings


def connect(settings: Settings) -> Deployer:
    """Return what writes where the settings say; raises UsageError where they name nothing, or nothing that can be written to."""
    site = read_site(settings)
    if site.dags_folder is None:
        raise UsageError("deploy needs the DAG folder", help='set dags_folder = "…" under [airflow] in flowc.toml, or give --dags-folder')
    scheme, separator, rest = site.dags_folder.partition("://")
    if not separator:
        return FolderDeployer(Path(site.dags_folder), site.url, commit=site.git_commit)
    if scheme != "s3" or not rest.strip("/"):
        raise UsageError(
            f"dags_folder {site.dags_folder!r} is neither a folder nor an S3 prefix",
            help="write the path of a folder, or s3://bucket/prefix; for another store, deploy into a folder and copy that",
        )
    if site.git_commit:
        raise UsageError("git_commit means nothing for a bucket", help="take it out, or deploy into a checkout")
    from flowc.backends.airflow.dag_bucket import BucketDeployer

    return BucketDeployer(site.dags_folder, site.url)
