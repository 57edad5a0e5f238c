output "queue_url" {
  description = "What the watcher reads"
  value       = aws_sqs_queue.events.url
}

output "queue_arn" {
  value = aws_sqs_queue.events.arn
}

output "dead_letter_queue_url" {
  value = aws_sqs_queue.dead.url
}

output "bus_arn" {
  description = "Where member sends, its variable central_bus_arn"
  value       = local.organization ? aws_cloudwatch_event_bus.rootwarden[0].arn : local.default_bus_arn
}

output "spending_topic_arn" {
  description = "Subscriber to give to budgets and cost anomaly subscriptions of this account"
  value       = aws_sns_topic.spending.arn
}

output "key_arn" {
  value = aws_kms_key.rootwarden.arn
}

output "role_arn" {
  value = aws_iam_role.watcher.arn
}

output "policy_arn" {
  value = aws_iam_policy.watcher.arn
}
