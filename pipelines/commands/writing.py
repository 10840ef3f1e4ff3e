"""Commands that write: a brief of a workspace, and drafts for a brief."""
