variable "organization_id" {
  description = "Id of the organization whose accounts may send events (o-...); empty for a single account."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^(o-[a-z0-9]{10,32})?$", var.organization_id))
    error_message = "It begins with o-, or is empty."
  }
}

variable "payer_topic_arn" {
  description = "Output topic_arn of the payer module, in this Region, so that notices of spending come from the payer; empty for none."
  type        = string
  default     = ""
}

variable "root_alarm_topic_arn" {
  description = "Topic that your alarms about root tell, in this Region, so that the watcher hears them ring; empty for none."
  type        = string
  default     = ""
}

variable "watcher_principal" {
  description = "Who becomes the watcher's role, an ECS task, an EC2 instance, or the role with this ARN."
  type        = string
  default     = "ecs-tasks.amazonaws.com"
  validation {
    condition     = can(regex("^((ecs-tasks|ec2)\\.amazonaws\\.com|arn:aws[a-z-]*:iam::[0-9]{12}:role/.+)$", var.watcher_principal))
    error_message = "Give ecs-tasks.amazonaws.com, ec2.amazonaws.com or the ARN of a role."
  }
}

variable "alarm_topic_arn" {
  description = "Topic told when messages lie unread or could not be handled; empty for none."
  type        = string
  default     = ""
}

variable "oldest_message_seconds" {
  description = "Age of the oldest unread message, in seconds, above which the alarm goes off."
  type        = number
  default     = 600
  validation {
    condition     = var.oldest_message_seconds >= 60
    error_message = "An alarm looks once a minute: at least 60."
  }
}

variable "trail_bucket_name" {
  description = "Bucket with the trail's log files, which the watcher may then read; empty for none."
  type        = string
  default     = ""
}

variable "trail_bucket_account_id" {
  description = "Account that owns the bucket; if given, the bucket may announce new objects to the queue itself."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^([0-9]{12})?$", var.trail_bucket_account_id))
    error_message = "It has twelve digits, or is empty."
  }
}

variable "trail_prefix" {
  description = "Beginning of the keys that the watcher may read in the bucket."
  type        = string
  default     = "AWSLogs/"
}

variable "trail_key_arn" {
  description = "KMS key of the bucket's objects, if they are encrypted with one."
  type        = string
  default     = ""
}

variable "trail_topic_arn" {
  description = "Topic on which the bucket or the trail announces new log files, in this Region; the queue subscribes to it."
  type        = string
  default     = ""
}
