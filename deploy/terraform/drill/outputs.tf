output "role_arn" {
  description = "What to give to a drill, as --drill-role or [drill] role"
  value       = aws_iam_role.drill.arn
}
