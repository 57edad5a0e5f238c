variable "drill_principal_arn" {
  description = "Role or user that starts drills, with its ARN."
  type        = string
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", var.drill_principal_arn))
    error_message = "It is the ARN of a role or user."
  }
}

variable "canary_account_id" {
  description = "Member account in which drills open a root session; empty for none."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^([0-9]{12})?$", var.canary_account_id))
    error_message = "It has twelve digits, or is empty."
  }
}

variable "alarm_name" {
  description = "Alarm that drills may set off, a star at its end stands for all that begin so; empty for none."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^([A-Za-z0-9][A-Za-z0-9 ()._/-]*[*]?)?$", var.alarm_name))
    error_message = "It begins with a letter or digit, and only its end may be a star."
  }
}
