"""The boundaries themselves are tested: each rule must find what is planted against it."""
