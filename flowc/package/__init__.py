"""Code packages: what ships, and why."""

from flowc.package.build import build_package, readable_size
from flowc.package.model import PLAN_PATH, CodePackage, LeftOut, NamedFile, PackageError, PackageFile
from flowc.package.upload import upload

__all__ = ["PLAN_PATH", "CodePackage", "LeftOut", "NamedFile", "PackageError", "PackageFile", "build_package", "readable_size", "upload"]
