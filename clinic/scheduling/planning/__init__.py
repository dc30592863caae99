"""Auto-scheduler: candidates (engine to arrays), solve (arrays to a plan and its proof), explain (proof to words)."""
