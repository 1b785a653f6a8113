"""A Git LFS pointer lies where the data should be."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT104",
    name="git-lfs-pointer",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{member} is a Git LFS pointer, not the file itself",
    fix="run `git lfs pull` (after `git lfs install`) in the repository it was cloned from",
    what="The file holds the text of a Git LFS pointer instead of the content.",
    why="A clone without Git LFS has pointers in place of models; each loader calls them something else.",
    example="`version https://git-lfs.github.com/spec/v1` in saved_model.pb",
    references=("https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md",),
)
