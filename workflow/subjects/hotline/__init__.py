"""The hotline and the consultation centres: counted, never kept."""
