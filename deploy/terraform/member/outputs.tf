output "sender_role_arn" {
  value = aws_iam_role.sender.arn
}
