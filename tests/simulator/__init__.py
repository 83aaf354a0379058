"""The simulator: the engine's own code in a made-up world that crashes, loses, repeats and delays, told by one seed."""
