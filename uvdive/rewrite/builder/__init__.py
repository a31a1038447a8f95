"""What changes in the stage that builds: syncs, the dev group, bytecode, a layer of dependencies.

In come the evidence, the environment and what the start no longer installs; out go edits of the
author's instructions by line and new instructions, and what the new image lacks for it. Without a
choice nothing changes but what the start needs. Read ``at_start.weigh`` first: what `uv run` did;
``options.build_options`` has what choices change.
"""

from uvdive.rewrite.builder.at_start import AtStart, build_sync, needs_sync, sync_of_other_stages, weigh
from uvdive.rewrite.builder.dependency_layer import dependency_layer
from uvdive.rewrite.builder.dockerignore import ENVIRONMENT, adds_to_dockerignore, keep_host_environment_out
from uvdive.rewrite.builder.first_sync import first_sync
from uvdive.rewrite.builder.full_sync import check_other_stages, full_sync
from uvdive.rewrite.builder.layer_parts import DependencyLayer, Export
from uvdive.rewrite.builder.one_sync import repeated_syncs
from uvdive.rewrite.builder.options import BuildOptions, build_options
from uvdive.rewrite.builder.prefix import install_to_prefix, unfit
from uvdive.rewrite.builder.prefix_edits import FOLDER, Prefix
from uvdive.rewrite.builder.project_install import install_project
from uvdive.rewrite.builder.resolving import warn_resolving
from uvdive.rewrite.builder.tool_links import ToolLinks, link_tools

__all__ = [
    "ENVIRONMENT",
    "FOLDER",
    "AtStart",
    "BuildOptions",
    "DependencyLayer",
    "Export",
    "Prefix",
    "ToolLinks",
    "adds_to_dockerignore",
    "build_options",
    "build_sync",
    "check_other_stages",
    "dependency_layer",
    "first_sync",
    "full_sync",
    "install_project",
    "install_to_prefix",
    "keep_host_environment_out",
    "link_tools",
    "needs_sync",
    "repeated_syncs",
    "sync_of_other_stages",
    "unfit",
    "warn_resolving",
    "weigh",
]
