variable "PYTHON_VERSION" {
  default = "3.12"
}

group "default" {
  targets = ["service", "checks"]
}

target "_common" {
  context = "."
  args = { PYTHON_VERSION = PYTHON_VERSION }
}

target "service" {
  inherits = ["_common"]
  target = "service"
  secret = ["id=token,src=token.txt"]
}

target "checks" {
  inherits = ["_common"]
  target = "checks"
}
