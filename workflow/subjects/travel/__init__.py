"""The way home: trips, escorts, hosts, hand-over."""
