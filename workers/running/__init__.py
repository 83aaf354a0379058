"""Running tasks: rung for, claimed, performed, reported, swept up."""
