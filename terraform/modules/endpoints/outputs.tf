output "security_group_ids" {
  description = "The security group for the functions, as a list: `security_group_ids` of the modules pipeline and governance."
  value       = [aws_security_group.functions.id]
}

output "endpoint_ids" {
  description = "IDs of the endpoints, by service."
  value       = { for service, endpoint in merge(aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface) : service => endpoint.id }
}
