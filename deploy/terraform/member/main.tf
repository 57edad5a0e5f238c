# One Region of one account: sends what concerns root to the central bus. ../../cloudformation/member.yaml makes the same.
data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.name
  own_bus   = "arn:${local.partition}:events:${local.region}:${local.account}:event-bus/default"
  rule_arns = "arn:${local.partition}:events:${local.region}:${local.account}:rule/rootwarden-*"
  # The default bus that is itself the destination (one account, home Region) must not send to itself.
  elsewhere = var.central_bus_arn != local.own_bus
  keeps     = local.elsewhere && var.keep_undelivered
  # What drills make up is not sent on.
  sent      = { for name, one in jsondecode(file("${path.module}/../patterns.json")) : name => one if name != "drill" }
  patterns  = { for name, one in local.sent : name => one if local.elsewhere }
}

# One role a Region, so that no Region has to wait for another.
resource "aws_iam_role" "sender" {
  name               = "rootwarden-send-${local.region}"
  description        = "Lets Rootwarden's rules of one Region send events to the central bus"
  assume_role_policy = data.aws_iam_policy_document.sender_trust.json
}

resource "aws_iam_role_policy" "sender" {
  name   = "send"
  role   = aws_iam_role.sender.id
  policy = data.aws_iam_policy_document.sender.json
}

resource "aws_cloudwatch_event_rule" "watch" {
  for_each      = local.patterns
  name          = "rootwarden-${each.key}"
  description   = each.value.about
  event_pattern = jsonencode(each.value.pattern)
  state         = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
}

resource "aws_cloudwatch_event_target" "central" {
  for_each  = local.patterns
  rule      = aws_cloudwatch_event_rule.watch[each.key].name
  target_id = "central"
  arn       = var.central_bus_arn
  role_arn  = aws_iam_role.sender.arn
  dynamic "dead_letter_config" {
    for_each = local.keeps ? [1] : []
    content {
      arn = aws_sqs_queue.undelivered[0].arn
    }
  }
}

resource "aws_sqs_queue" "undelivered" {
  count                     = local.keeps ? 1 : 0
  name                      = "rootwarden-undelivered"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue_policy" "undelivered" {
  count     = local.keeps ? 1 : 0
  queue_url = aws_sqs_queue.undelivered[0].id
  policy    = data.aws_iam_policy_document.undelivered[0].json
}

data "aws_iam_policy_document" "sender_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "sender" {
  statement {
    sid       = "Send"
    actions   = ["events:PutEvents"]
    resources = [var.central_bus_arn]
  }
}

data "aws_iam_policy_document" "undelivered" {
  count = local.keeps ? 1 : 0
  statement {
    sid       = "Rules"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.undelivered[0].arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.rule_arns]
    }
  }

  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.undelivered[0].arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
