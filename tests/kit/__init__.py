"""What tests and benches are made of: worlds and offices, ways through a programme, workers, and people at a screen."""
