"""What a `study.yaml` says, parsed and checked."""
