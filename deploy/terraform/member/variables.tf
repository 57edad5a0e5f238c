variable "central_bus_arn" {
  description = "Output bus_arn of the central module."
  type        = string
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/.+$", var.central_bus_arn))
    error_message = "It is the ARN of an event bus."
  }
}

variable "keep_undelivered" {
  description = "Whether events that could not be sent for 24 hours are kept in a queue here, for two weeks."
  type        = bool
  default     = false
}
