"""What Wayhome is measured against: other people's packages, and code written by hand, at the same work.

These modules run in an environment of their own, so none imports anything of ours but its neighbours here.
"""
