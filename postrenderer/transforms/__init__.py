"""The transforms: each names the rules it settles and turns their findings into edits; in the order they run."""

from postrenderer.transforms import (
    enforce_delete_policies,
    mark_presync,
    rewrite_hooks,
    split_shared,
    stamp_hooks,
)

TRANSFORMS = (mark_presync, split_shared, enforce_delete_policies, rewrite_hooks, stamp_hooks)
