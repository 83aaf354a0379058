"""What Wayhome promises, said as tests."""
