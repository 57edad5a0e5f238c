# The central part: bus, queue, key, spending topic, alarms. ../cloudformation/central.yaml makes the same.
data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  account         = data.aws_caller_identity.here.account_id
  partition       = data.aws_partition.here.partition
  region          = data.aws_region.here.name
  organization    = var.organization_id != ""
  trail_bucket    = var.trail_bucket_name != ""
  bucket_tells    = local.trail_bucket && var.trail_bucket_account_id != ""
  alarm_topics    = compact([var.alarm_topic_arn])
  rules_arn       = "arn:${local.partition}:events:${local.region}:${local.account}:rule"
  rule_arns       = local.organization ? "${local.rules_arn}/rootwarden/rootwarden-*" : "${local.rules_arn}/rootwarden-*"
  drill_rule_arn  = "${local.rules_arn}/rootwarden-drill"
  spending_topic  = "arn:${local.partition}:sns:${local.region}:${local.account}:rootwarden-spending"
  topics          = compact([local.spending_topic, var.payer_topic_arn, var.root_alarm_topic_arn, var.trail_topic_arn])
  bucket_arn      = "arn:${local.partition}:s3:::${var.trail_bucket_name}"
  default_bus_arn = "arn:${local.partition}:events:${local.region}:${local.account}:event-bus/default"
  patterns        = jsondecode(file("${path.module}/patterns.json"))
}

resource "aws_kms_key" "rootwarden" {
  description             = "Encrypts the messages that wait for Rootwarden"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "rootwarden" {
  name          = "alias/rootwarden"
  target_key_id = aws_kms_key.rootwarden.key_id
}

resource "aws_sqs_queue" "dead" {
  name                              = "rootwarden-dead"
  kms_master_key_id                 = aws_kms_key.rootwarden.arn
  kms_data_key_reuse_period_seconds = 3600
  message_retention_seconds         = 1209600
}

resource "aws_sqs_queue" "events" {
  name                              = "rootwarden"
  kms_master_key_id                 = aws_kms_key.rootwarden.arn
  kms_data_key_reuse_period_seconds = 3600
  message_retention_seconds         = 1209600
  receive_wait_time_seconds         = 20
  visibility_timeout_seconds        = 120
  redrive_policy                    = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 10 })
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id
  policy    = data.aws_iam_policy_document.queue.json
}

resource "aws_sqs_queue_policy" "dead" {
  queue_url = aws_sqs_queue.dead.id
  policy    = data.aws_iam_policy_document.dead_queue.json
}

resource "aws_cloudwatch_event_bus" "rootwarden" {
  count = local.organization ? 1 : 0
  name  = "rootwarden"
}

resource "aws_cloudwatch_event_bus_policy" "rootwarden" {
  count          = local.organization ? 1 : 0
  event_bus_name = aws_cloudwatch_event_bus.rootwarden[0].name
  policy         = data.aws_iam_policy_document.bus.json
}

# The bus of an organization takes nothing that is made up: drills put their record on the default bus of this account.
resource "aws_cloudwatch_event_rule" "watch" {
  for_each       = local.patterns
  name           = "rootwarden-${each.key}"
  description    = each.value.about
  event_bus_name = local.organization && each.key != "drill" ? aws_cloudwatch_event_bus.rootwarden[0].name : "default"
  event_pattern  = jsonencode(each.value.pattern)
  state          = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
}

resource "aws_cloudwatch_event_target" "queue" {
  for_each       = local.patterns
  rule           = aws_cloudwatch_event_rule.watch[each.key].name
  event_bus_name = aws_cloudwatch_event_rule.watch[each.key].event_bus_name
  target_id      = "queue"
  arn            = aws_sqs_queue.events.arn
  dead_letter_config {
    arn = aws_sqs_queue.dead.arn
  }
}

resource "aws_sns_topic" "spending" {
  name              = "rootwarden-spending"
  kms_master_key_id = aws_kms_key.rootwarden.arn
}

resource "aws_sns_topic_policy" "spending" {
  arn    = aws_sns_topic.spending.arn
  policy = data.aws_iam_policy_document.spending_topic.json
}

resource "aws_sns_topic_subscription" "spending" {
  topic_arn  = aws_sns_topic.spending.arn
  protocol   = "sqs"
  endpoint   = aws_sqs_queue.events.arn
  depends_on = [aws_sqs_queue_policy.events]
}

resource "aws_sns_topic_subscription" "payer" {
  count      = var.payer_topic_arn == "" ? 0 : 1
  topic_arn  = var.payer_topic_arn
  protocol   = "sqs"
  endpoint   = aws_sqs_queue.events.arn
  depends_on = [aws_sqs_queue_policy.events]
}

resource "aws_sns_topic_subscription" "root_alarm" {
  count      = var.root_alarm_topic_arn == "" ? 0 : 1
  topic_arn  = var.root_alarm_topic_arn
  protocol   = "sqs"
  endpoint   = aws_sqs_queue.events.arn
  depends_on = [aws_sqs_queue_policy.events]
}

resource "aws_sns_topic_subscription" "trail" {
  count      = var.trail_topic_arn == "" ? 0 : 1
  topic_arn  = var.trail_topic_arn
  protocol   = "sqs"
  endpoint   = aws_sqs_queue.events.arn
  depends_on = [aws_sqs_queue_policy.events]
}

resource "aws_cloudwatch_metric_alarm" "unhandled" {
  alarm_name          = "rootwarden-unhandled"
  alarm_description   = "Something that Rootwarden should have judged could not be delivered or handled."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}

resource "aws_cloudwatch_metric_alarm" "unread" {
  alarm_name          = "rootwarden-unread"
  alarm_description   = "Nobody reads Rootwarden's queue, so nobody is told what root does."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.events.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = var.oldest_message_seconds
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}

resource "aws_iam_role" "watcher" {
  name               = "RootwardenWatch"
  description        = "What the watcher may do, read its queue and nothing else"
  assume_role_policy = data.aws_iam_policy_document.watcher_trust.json
}

resource "aws_iam_policy" "watcher" {
  name   = "RootwardenWatch"
  policy = data.aws_iam_policy_document.watcher.json
}

resource "aws_iam_role_policy_attachment" "watcher" {
  role       = aws_iam_role.watcher.name
  policy_arn = aws_iam_policy.watcher.arn
}
