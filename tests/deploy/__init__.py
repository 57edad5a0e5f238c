"""What is deployed to AWS: templates, Terraform, image; and the patterns made from the detections."""
