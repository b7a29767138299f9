"""Checks that explain: three ways to one gradient, differences with error control, and what learners get wrong."""
