output "topic_arn" {
  description = "Variable payer_topic_arn of the central module, and subscriber of the payer's budgets and anomaly subscriptions"
  value       = aws_sns_topic.spending.arn
}
