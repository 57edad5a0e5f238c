variable "security_account_id" {
  description = "Account of the central module, whose queue may subscribe."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.security_account_id))
    error_message = "It has twelve digits."
  }
}
