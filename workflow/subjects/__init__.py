"""What Wayhome does for people, one package for each subject; ``workflow.registry`` puts them together."""
