# The account that pays: the topic for notices of spending. ../../cloudformation/payer.yaml makes the same.
data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
}

# Not encrypted with a key: that would need a second customer key here, and a notice of spending holds no secret.
resource "aws_sns_topic" "spending" {
  name = "rootwarden-spending"
}

resource "aws_sns_topic_policy" "spending" {
  arn    = aws_sns_topic.spending.arn
  policy = data.aws_iam_policy_document.spending_topic.json
}

data "aws_iam_policy_document" "spending_topic" {
  statement {
    sid       = "Budgets"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.spending.arn]
    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:budgets::${local.account}:*"]
    }
  }

  statement {
    sid       = "CostAnomalies"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.spending.arn]
    principals {
      type        = "Service"
      identifiers = ["costalerts.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "Queue"
    actions   = ["sns:Subscribe"]
    resources = [aws_sns_topic.spending.arn]
    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${var.security_account_id}:root"]
    }
  }

  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.spending.arn]
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
