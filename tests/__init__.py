"""Tests of autograd_core and nn; a package, so that helpers are imported as `from tests.name import …`."""
