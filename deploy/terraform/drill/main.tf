# The role that drills enter. ../../cloudformation/drill.yaml makes the same.
data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
}

resource "aws_iam_role" "drill" {
  name               = "RootwardenDrill"
  description        = "What a drill of Rootwarden may do, ring on purpose and nothing else"
  assume_role_policy = data.aws_iam_policy_document.drill_trust.json
}

resource "aws_iam_role_policy" "drill" {
  name   = "drill"
  role   = aws_iam_role.drill.id
  policy = data.aws_iam_policy_document.drill.json
}

# A source identity may be left out for drills that open no root session, but no other may be carried.
data "aws_iam_policy_document" "drill_trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    principals {
      type        = "AWS"
      identifiers = [var.drill_principal_arn]
    }
    condition {
      test     = "StringLikeIfExists"
      variable = "sts:SourceIdentity"
      values   = ["rw-drill-*"]
    }
  }
}

data "aws_iam_policy_document" "drill" {
  # Only under the name of a drill, so that each root session is known as one.
  dynamic "statement" {
    for_each = var.canary_account_id == "" ? [] : [1]
    content {
      sid       = "RootSession"
      actions   = ["sts:AssumeRoot"]
      resources = ["arn:${local.partition}:iam::${var.canary_account_id}:root"]
      condition {
        test     = "StringEquals"
        variable = "sts:TaskPolicyArn"
        values   = ["arn:${local.partition}:iam::aws:policy/root-task/IAMAuditRootUserCredentials"]
      }
      condition {
        test     = "StringLike"
        variable = "aws:SourceIdentity"
        values   = ["rw-drill-*"]
      }
    }
  }

  statement {
    sid       = "MarkedEvent"
    actions   = ["events:PutEvents"]
    resources = ["arn:${local.partition}:events:*:${local.account}:event-bus/default"]
    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["rootwarden.drill"]
    }
  }

  dynamic "statement" {
    for_each = var.alarm_name == "" ? [] : [1]
    content {
      sid       = "SeeAlarms"
      actions   = ["cloudwatch:DescribeAlarms"]
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = var.alarm_name == "" ? [] : [1]
    content {
      sid       = "SetAlarms"
      actions   = ["cloudwatch:SetAlarmState"]
      resources = ["arn:${local.partition}:cloudwatch:*:${local.account}:alarm:${var.alarm_name}"]
    }
  }
}
