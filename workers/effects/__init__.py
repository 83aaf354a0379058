"""What each kind of task does outside, one module for each subject."""
