"""Life after the return: plan, courses, visits."""
