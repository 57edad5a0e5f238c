"""Tests of plans as code: templates, Terraform code and scripts, and what comes of them in the lab."""
