"""Three patterns that can come out for a wrong reason, each with the controls that tell: docs/findings.md."""
