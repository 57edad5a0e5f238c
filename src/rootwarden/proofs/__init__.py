"""What a configuration means: pure evaluation of policies, selectors and credential reports, never their names."""
